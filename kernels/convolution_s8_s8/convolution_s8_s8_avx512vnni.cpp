// u8 or s8 activations x s8 weights with vpdpbusd.
//
//   accumulator[o] += 4 activations (u8, broadcast) . 4 weights (s8) per instruction and 32-bit lane
//
// Layout, tasks: kernels/common/quad_convolution.h; tile of 7 pixels x 64 channels and its registers:
// kernels/common/quad_convolution_avx512.h. Signed activations are read as x xor 0x80 = x + 128; sums start
// at -128 * sum(w). Exact in 32 bits at any depth below 2^31 / (255 * 127) = 66 311.
#include <immintrin.h>

#include "kernels/common/quad_bytes_avx512.h"
#include "kernels/common/quad_convolution_avx512.h"
#include "kernels/convolution_s8_s8/convolution_s8_s8.h"

namespace bitplace {
namespace {

using namespace quad_convolution;

struct Quads : ByteSource {
  static __m512i multiply_add(__m512i sum, __m512i activations, __m512i weights) {
    return _mm512_dpbusd_epi32(sum, activations, weights);
  }
};

constexpr std::int64_t kActivationBytes = 1;

std::size_t row_packed_bytes(const ConvolutionProblem& p) {
  return packed_bytes(p, kActivationBytes);
}
void pack_row(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack(p, constants, kActivationBytes, weight_s8, convolution_depth(p), packed);
}
std::size_t row_scratch_bytes(const ConvolutionProblem& p) {
  return scratch_bytes(p, kActivationBytes);
}
std::int64_t row_prepare_tasks(const ConvolutionProblem& p) {
  return prepare_tasks(p, kActivationBytes);
}
void row_prepare(const ConvolutionCall& call, std::int64_t task) {
  prepare<Quads>(call, task);
}
std::int64_t row_run_tasks(const ConvolutionProblem& p) {
  return run_tasks(p, kActivationBytes);
}
void row_run(const ConvolutionCall& call, std::int64_t task) {
  run<Quads>(call, task);
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s8__avx512vnni_7x64 = {
    "convolution_s8_s8__avx512vnni_7x64",
    isa_feature::avx512 | isa_feature::avx512vnni,
    accepts,
    row_packed_bytes,
    pack_row,
    row_scratch_bytes,
    row_prepare_tasks,
    row_prepare,
    row_run_tasks,
    row_run};

}  // namespace bitplace
