// Addition with NEON: 16 s8 or 4 f32 or f16 per step.
//
//   s8   round_half_even(clamp(a * scale_a + b * scale_b, low, high))
//   f32  clamp(a + b, low, high), f16 the same between two conversions
//
// FMAX would turn -0 into +0 and is replaced by FCMGT and BSL. s8 sums are kept from rising above high before
// they are converted and narrowed by FCVTNS and three saturating narrowings; what is below low is raised
// afterwards, on bytes. Halves are converted by FCVTL and FCVTN. The last step repeats elements or goes
// through buffers: nothing behind them is touched. Never fused.
#include "kernels/add/add_lanes.h"
#include "kernels/common/lanes_neon.h"

namespace bitplace {

extern const AddKernel add__neon = {"add__neon", isa_feature::neon, run_s8<Neon>, run_floats<Neon, float>,
                                    run_floats<Neon, std::uint16_t>};

}  // namespace bitplace
