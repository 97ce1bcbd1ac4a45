// Average pooling with NEON: four running sums of 8 s8 or 4 f32 or f16 channels of an output pixel, then one.
//
//   s8   round_half_even(clamp(float(sum) * (factor / taps), -127, 127)); 16-bit sums up to 255 taps, 32-bit
//   beyond f32  sum / taps in row-major order, f16 the same between two conversions
//
// Halves are converted by FCVTL and FCVTN. Taps are read in whole vectors (an arena tensor's tail allows it),
// and only existing channels are written. Never fused.
#include "kernels/average_pool/average_pool_lanes.h"
#include "kernels/common/lanes_neon.h"

namespace bitplace {

extern const AveragePoolKernel average_pool__neon = {"average_pool__neon", isa_feature::neon, run_codes<Neon>,
                                                     run_pool<MeanOfFloats<Neon, float>>,
                                                     run_pool<MeanOfFloats<Neon, std::uint16_t>>};

}  // namespace bitplace
