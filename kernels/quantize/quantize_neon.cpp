// Quantization with NEON, 16 per step: round_half_even(clamp(x * scale, low, high)), NaN -> 0.
//
// NaN is cleared first by an ordered comparison with itself; numbers are kept from rising above high before
// they are converted and narrowed by FCVTNS and three saturating narrowings, which all saturate below,
// infinity included; what is below low is raised afterwards, on bytes. Halves are converted by FCVTL and
// FCVTN. The last step repeats elements or goes through buffers: nothing behind them is touched. Never fused:
// scaling stands alone.
#include "kernels/common/lanes_neon.h"
#include "kernels/quantize/quantize_lanes.h"

namespace bitplace {

extern const QuantizeKernel quantize__neon = {"quantize__neon",
                                              isa_feature::neon,
                                              run_quantize<Neon, std::int32_t>,
                                              run_quantize<Neon, float>,
                                              run_quantize<Neon, std::uint16_t>,
                                              run_quantize_unsigned<Neon>};

}  // namespace bitplace
