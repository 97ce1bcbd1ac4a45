// f32 depthwise convolution with AVX-512.
//
//   y[c] = clamp(sum over taps of x[c] * w[c] + bias[c], output_low, output_high)
//
// kernels/common/float_depthwise_tiles.h computes 7 neighbouring outputs of a vector of channels at a time;
// weights are packed as kernels/common/float_depthwise.h draws them.
//
// Registers: 7 sums, up to 7 weights, 1 pixel.
// Preconditions: padding valid or zero, no pooling; 64 readable bytes behind the input.
//
// Measured, AMD EPYC (Zen 4), one thread: 60 to 74 % of the FMA limit with 3x3 taps at stride 1, 92 % with
// 5x5, 97 % with 7x7 (docs/performance/float.md).
#include "kernels/common/float_vector_avx512.h"
// The tiles are written in terms of the vector.
#include "kernels/common/convolution_row.h"
#include "kernels/common/float_depthwise_tiles.h"
#include "kernels/depthwise_f32_f32/depthwise_f32_f32.h"

namespace bitplace {
namespace {

using Row = float_depthwise::Row<float, kLanes>;

void run(const ConvolutionCall& call, std::int64_t task) {
  run_depthwise_task<float, float>(call, task, Row::run_tasks(*call.problem));
}

}  // namespace

extern const ConvolutionKernel depthwise_f32_f32__avx512_7 = convolution_row<Row>(
    "depthwise_f32_f32__avx512_7", isa_feature::avx2 | isa_feature::avx512, Row::prepare, run);

}  // namespace bitplace
