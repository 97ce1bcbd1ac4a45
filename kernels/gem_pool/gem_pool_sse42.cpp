// Generalized-mean pooling with SSE4.2: pairs of partial sums of 16 channels (8 vectors of 4), then roots.
//
//   y[c] = (sum over pixels of max(x, epsilon)^p / pixels)^(1 / p), 16 partial sums (gem_pool.h)
//
// Pixels are read in whole vectors (an arena tensor's tail allows it), and only existing channels are
// written.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 7 x 7 x 1280: p = 3 14, p = 2.9 255 us.
#include "kernels/common/lanes_sse42.h"
#include "kernels/gem_pool/gem_pool_lanes.h"

namespace bitplace {

extern const GemPoolKernel gem_pool__sse42 = {"gem_pool__sse42", isa_feature::sse42, run<Sse42>};

}  // namespace bitplace
