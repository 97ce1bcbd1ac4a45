// Dequantization with AVX-512, 16 per step.
//
//   s8   x * scale as f32, or rounded to f16
//   s32  x * scale[c] + bias[c]
//
// Halves are converted by VCVTPH2PS and VCVTPS2PH. The last elements, of a pixel or of all, go through
// buffers of one step: nothing behind them is touched. Never fused.
#include "kernels/common/lanes_avx512.h"
#include "kernels/dequantize/dequantize_lanes.h"

namespace bitplace {

extern const DequantizeKernel dequantize__avx512 = {"dequantize__avx512", isa_feature::avx512,
                                                    run_s8<Avx512, float>, run_s8<Avx512, std::uint16_t>,
                                                    run_s32<Avx512>};

}  // namespace bitplace
