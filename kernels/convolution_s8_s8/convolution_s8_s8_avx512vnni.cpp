// u8 or s8 activations x s8 weights with vpdpbusd.
//
//   accumulator[o] += 4 activations (u8, broadcast) . 4 weights (s8) per instruction and 32-bit lane
//
// Layout, tasks: kernels/common/quad_convolution.h; tile of 7 pixels x 64 channels and its registers:
// kernels/common/quad_tiles_avx512.h. Signed activations are read as x xor 0x80 = x + 128; sums start
// at -128 * sum(w). Exact in 32 bits at any depth below 2^31 / (255 * 127) = 66 311.
//
// Measured, AMD EPYC (Zen 4) at 3.7 GHz, one thread: 3 x 3 at 97 to 110 % of vpdpbusd, counting skipped
// border rows; 1 x 1 layers of MobileNetV2: docs/performance/int8-avx512.md.
#include <immintrin.h>

#include "kernels/common/quad_convolution_avx512.h"
#include "kernels/common/quad_forms_avx512.h"
#include "kernels/convolution_s8_s8/convolution_s8_s8.h"

namespace bitplace {
namespace {

using namespace quad_convolution;

struct Quads : ByteSource, WideWeights {
  static constexpr Form kForm = {1, false, 8, true};
  static __m512i multiply_add(__m512i sum, __m512i activations, __m512i weights) {
    return _mm512_dpbusd_epi32(sum, activations, weights);
  }
  static __m256i multiply_add(__m256i sum, __m256i activations, __m256i weights) {
    return _mm256_dpbusd_epi32(sum, activations, weights);
  }
};
using QuadRow = Row<Quads>;

}  // namespace

extern const ConvolutionKernel convolution_s8_s8__avx512vnni_7x64 = {
    "convolution_s8_s8__avx512vnni_7x64",
    isa_feature::avx512 | isa_feature::avx512vnni,
    accepts,
    QuadRow::packed_bytes,
    QuadRow::pack,
    QuadRow::scratch_bytes,
    QuadRow::prepare_tasks,
    QuadRow::prepare,
    QuadRow::run_tasks,
    QuadRow::run};

}  // namespace bitplace
