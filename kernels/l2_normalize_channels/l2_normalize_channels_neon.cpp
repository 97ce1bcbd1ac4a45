// L2 normalisation of pixels with NEON: sums of squares of four pixels at a time, then scaling.
//
//   y = x * float(1 / max(sqrt(sum), 1e-12)), the 16 partial sums of a pixel being four vectors
//
// Sixteen accumulators. Multiplied and added, never fused. Nothing behind the last channel is touched.
#include "kernels/common/lanes_neon.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels_lanes.h"

namespace bitplace {

extern const L2NormalizeChannelsKernel l2_normalize_channels__neon = {"l2_normalize_channels__neon",
                                                                      isa_feature::neon, run<Neon>};

}  // namespace bitplace
