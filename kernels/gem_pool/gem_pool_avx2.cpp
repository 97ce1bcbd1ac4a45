// Generalized-mean pooling with AVX2
#include "kernels/common/lanes_avx2.h"
#include "kernels/gem_pool/gem_pool_lanes.h"

namespace bitplace {

extern const GemPoolKernel gem_pool__avx2 = {"gem_pool__avx2", isa_feature::avx2, run<Avx2>};

}  // namespace bitplace
