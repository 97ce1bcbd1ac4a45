// Dequantization with SSE4.2, 4 per step.
//
//   s8   x * scale as f32, or rounded to f16
//   s32  x * scale[c] + bias[c]
//
// Halves are converted by integer instructions, as F16C is missing. The last elements, of a pixel or of all,
// go through buffers of one step: nothing behind them is touched. Never fused.
#include "kernels/common/lanes_sse42.h"
#include "kernels/dequantize/dequantize_lanes.h"

namespace bitplace {

extern const DequantizeKernel dequantize__sse42 = {"dequantize__sse42", isa_feature::sse42,
                                                   run_s8<Sse42, float>, run_s8<Sse42, std::uint16_t>,
                                                   run_s32<Sse42>};

}  // namespace bitplace
