// L2 normalisation with SSE4.2: two passes, sum of squares and scaling.
//
//   f32  the 16 interleaved partial sums are 4 vectors of 4; multiplied and added, never fused
//   s32  squares are exact in 64 bits, so their order is free: pmuldq squares the even lanes, and the odd
//   ones after a shift
//
// The last elements go through a buffer: nothing behind them is touched.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 9216 elements: s32 1.9, f32 1.2 us.
#include "kernels/common/lanes_sse42.h"
#include "kernels/l2_normalize/l2_normalize_lanes.h"

namespace bitplace {

extern const L2NormalizeKernel l2_normalize__sse42 = {"l2_normalize__sse42", isa_feature::sse42,
                                                      run_s32<Sse42>, run_f32<Sse42>};

}  // namespace bitplace
