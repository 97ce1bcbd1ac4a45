// Average pooling with AVX-512: four running sums of 32 s8 or 16 f32 or f16 channels of an output pixel, then
// one.
//
//   s8   round_half_even(clamp(float(sum) * (factor / taps), -127, 127)); 16-bit sums up to 255 taps, 32-bit
//   beyond f32  sum / taps in row-major order, f16 the same between two conversions
//
// Halves are converted by VCVTPH2PS and VCVTPS2PH. Taps are read in whole vectors (an arena tensor's tail
// allows it), and only existing channels are written. Never fused.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 7 x 7 x 1280 to one pixel: s8 0.97 us (57 % of the speed of
// reading), f32 2.4 us (87 %), f16 2.4 us.
#include "kernels/average_pool/average_pool_lanes.h"
#include "kernels/common/lanes_avx512.h"

namespace bitplace {

extern const AveragePoolKernel average_pool__avx512 = {
    "average_pool__avx512", isa_feature::avx512, run_codes<Avx512>, run_pool<MeanOfFloats<Avx512, float>>,
    run_pool<MeanOfFloats<Avx512, std::uint16_t>>};

}  // namespace bitplace
