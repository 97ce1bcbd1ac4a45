// Dequantization with AVX2, 8 per step.
//
//   s8   x * scale as f32, or rounded to f16
//   s32  x * scale[c] + bias[c]
//
// Halves are converted by F16C. The last elements, of a pixel or of all, go through buffers of one step:
// nothing behind them is touched. Never fused.
#include "kernels/common/lanes_avx2.h"
#include "kernels/dequantize/dequantize_lanes.h"

namespace bitplace {

extern const DequantizeKernel dequantize__avx2 = {"dequantize__avx2", isa_feature::avx2, run_s8<Avx2, float>,
                                                  run_s8<Avx2, std::uint16_t>, run_s32<Avx2>};

}  // namespace bitplace
