// Layer normalisation with AVX-512
#include "kernels/common/lanes_avx512.h"
#include "kernels/layer_norm/layer_norm_lanes.h"

namespace bitplace {

extern const LayerNormKernel layer_norm__avx512 = {"layer_norm__avx512", isa_feature::avx512, run<Avx512>};

}  // namespace bitplace
