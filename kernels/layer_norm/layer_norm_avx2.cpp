// Layer normalisation with AVX2
#include "kernels/common/lanes_avx2.h"
#include "kernels/layer_norm/layer_norm_lanes.h"

namespace bitplace {

extern const LayerNormKernel layer_norm__avx2 = {"layer_norm__avx2", isa_feature::avx2, run<Avx2>};

}  // namespace bitplace
