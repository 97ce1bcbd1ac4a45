// Dequantization with NEON, 4 per step.
//
//   s8   x * scale as f32, or rounded to f16
//   s32  x * scale[c] + bias[c]
//
// Halves are converted by FCVTL and FCVTN. Pixels of few channels are taken together; the last step repeats
// elements or goes through buffers: nothing behind them is touched. Never fused.
#include "kernels/common/lanes_neon.h"
#include "kernels/dequantize/dequantize_lanes.h"

namespace bitplace {

extern const DequantizeKernel dequantize__neon = {"dequantize__neon", isa_feature::neon, run_s8<Neon, float>,
                                                  run_s8<Neon, std::uint16_t>, run_s32<Neon>};

}  // namespace bitplace
