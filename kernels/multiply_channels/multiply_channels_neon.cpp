// A map times one value per channel with NEON: 16 s8 or 4 f32 or f16 per step.
//
//   s8   round_half_even(clamp((x * gate) * scale, low, high)), the first product in 16 bits
//   f32  clamp(x * gate, low, high), f16 the same between two conversions
//
// FMAX would turn -0 into +0 and is replaced by FCMGT and BSL. s8 products are kept from rising above high
// before they are converted and narrowed by FCVTNS and three saturating narrowings; what is below low is
// raised afterwards, on bytes. Halves are converted by FCVTL and FCVTN. Pixels of few channels are taken
// together; the last step repeats elements or goes through buffers: nothing behind them is touched.
#include "kernels/common/lanes_neon.h"
#include "kernels/multiply_channels/multiply_channels_lanes.h"

namespace bitplace {

extern const MultiplyChannelsKernel multiply_channels__neon = {"multiply_channels__neon", isa_feature::neon,
                                                               run_s8<Neon>, run_floats<Neon, float>,
                                                               run_floats<Neon, std::uint16_t>};

}  // namespace bitplace
