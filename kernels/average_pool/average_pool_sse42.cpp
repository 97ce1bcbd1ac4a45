// Average pooling with SSE4.2: four running sums of 8 s8 or 4 f32 or f16 channels of an output pixel, then
// one.
//
//   s8   round_half_even(clamp(float(sum) * (factor / taps), -127, 127)); 16-bit sums up to 255 taps, 32-bit
//   beyond f32  sum / taps in row-major order, f16 the same between two conversions
//
// Halves are converted by integer instructions, as F16C is missing. Taps are read in whole vectors (an arena
// tensor's tail allows it), and only existing channels are written. Never fused.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 7 x 7 x 1280 to one pixel: s8 1.8 us, f32 3.6 us.
#include "kernels/average_pool/average_pool_lanes.h"
#include "kernels/common/lanes_sse42.h"

namespace bitplace {

extern const AveragePoolKernel average_pool__sse42 = {"average_pool__sse42", isa_feature::sse42,
                                                      run_codes<Sse42>, run_pool<MeanOfFloats<Sse42, float>>,
                                                      run_pool<MeanOfFloats<Sse42, std::uint16_t>>};

}  // namespace bitplace
