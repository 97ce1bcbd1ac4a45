// u8 or s8 activations x s8 weights, channel by channel, with vpdpbusd.
//
//   accumulator[c] += 4 rows of one column (u8) . 4 rows of one kernel column (s8) per instruction and lane
//
// Layout: column_quads.h; tiles and registers: column_windows_avx512.h. Signed activations are read as
// x xor 0x80 = x + 128; sums start at -128 * sum(w), and rows and columns outside the image hold 128. Exact
// in 32 bits at any depth below 66 311.
//
// Preconditions: 64 readable bytes behind the input.
//
// Measured, AMD EPYC (Zen 4) at 3.7 GHz, one thread: 3 x 3, 192 channels at 28 x 28: 0.0158 ms, 89 % of the
// same instructions from registers; others: docs/performance/int8-avx512.md.
#include <immintrin.h>

#include "kernels/depthwise_s8_s8/column_windows_avx512.h"
#include "kernels/depthwise_s8_s8/depthwise_s8_s8.h"

namespace bitplace {
namespace {

struct Quads {
  static __m512i multiply_add(__m512i sum, __m512i activations, __m512i weights) {
    return _mm512_dpbusd_epi32(sum, activations, weights);
  }
};

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  column_quads::pack(p, constants, p.input_low < 0 ? 128 : 0, packed);
}

}  // namespace

extern const ConvolutionKernel depthwise_s8_s8__avx512vnni_2x64 = {
    "depthwise_s8_s8__avx512vnni_2x64",
    isa_feature::avx512 | isa_feature::avx512vnni,
    column_quads::accepts,
    column_quads::packed_bytes,
    pack,
    column_quads::scratch_bytes,
    column_quads::prepare_tasks,
    column_quads::prepare,
    column_quads::run_tasks,
    column_quads::run<Quads>};

}  // namespace bitplace
