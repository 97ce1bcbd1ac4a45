// Generalized-mean pooling with NEON
#include "kernels/common/lanes_neon.h"
#include "kernels/gem_pool/gem_pool_lanes.h"

namespace bitplace {

extern const GemPoolKernel gem_pool__neon = {"gem_pool__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
