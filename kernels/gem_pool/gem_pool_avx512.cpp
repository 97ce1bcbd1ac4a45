// Generalized-mean pooling with AVX-512
#include "kernels/common/lanes_avx512.h"
#include "kernels/gem_pool/gem_pool_lanes.h"

namespace bitplace {

extern const GemPoolKernel gem_pool__avx512 = {"gem_pool__avx512", isa_feature::avx512, run<Avx512>};

}  // namespace bitplace
