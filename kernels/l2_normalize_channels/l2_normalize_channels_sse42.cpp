// L2 normalisation of pixels with SSE4.2: sums of squares of two pixels at a time, then scaling.
//
//   y = x * float(1 / max(sqrt(sum), 1e-12)), the 16 partial sums of a pixel being four vectors
//
// Eight accumulators. Nothing behind the last channel is touched.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 1200 x 512: 109 us, 196 x 128: 5.5 us.
#include "kernels/common/lanes_sse42.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels_lanes.h"

namespace bitplace {

extern const L2NormalizeChannelsKernel l2_normalize_channels__sse42 = {"l2_normalize_channels__sse42",
                                                                       isa_feature::sse42, run<Sse42>};

}  // namespace bitplace
