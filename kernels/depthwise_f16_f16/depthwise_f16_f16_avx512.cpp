// f16 depthwise convolution with AVX-512: halves in memory, products and sums in f32.
//
//   y[c] = clamp(sum over taps of x[c] * w[c] + bias[c], output_low, output_high)
//
// The tiles of the f32 kernel (kernels/common/float_depthwise_tiles.h); weights and pixels are converted as
// they are loaded, a pixel once for all outputs of a tile that it belongs to.
//
// Registers: 7 sums, up to 7 weights, 1 pixel.
// Preconditions: padding valid or zero, no pooling; 64 readable bytes behind the input.
//
// Measured, AMD EPYC (Zen 4), one thread: 61 to 63 % of the FMA limit with 3x3 taps at stride 1 from 14 x 14
// on (docs/performance/float.md).
#include "kernels/common/float_vector_avx512.h"
// The tiles are written in terms of the vector.
#include "kernels/common/convolution_row.h"
#include "kernels/common/float_depthwise_tiles.h"
#include "kernels/depthwise_f16_f16/depthwise_f16_f16.h"

namespace bitplace {
namespace {

using Row = float_depthwise::Row<std::uint16_t, kLanes>;

void run(const ConvolutionCall& call, std::int64_t task) {
  const std::int64_t tasks = Row::run_tasks(*call.problem);
  if (call.problem->epilogue == ConvolutionEpilogue::affine_f16) {
    run_depthwise_task<std::uint16_t, std::uint16_t>(call, task, tasks);
  } else {
    run_depthwise_task<std::uint16_t, float>(call, task, tasks);
  }
}

}  // namespace

extern const ConvolutionKernel depthwise_f16_f16__avx512_7 = convolution_row<Row>(
    "depthwise_f16_f16__avx512_7", isa_feature::avx2 | isa_feature::avx512, Row::prepare, run);

}  // namespace bitplace
