// Generalized-mean pooling with SSE4.2
#include "kernels/common/lanes_sse42.h"
#include "kernels/gem_pool/gem_pool_lanes.h"

namespace bitplace {

extern const GemPoolKernel gem_pool__sse42 = {"gem_pool__sse42", isa_feature::sse42, run<Sse42>};

}  // namespace bitplace
