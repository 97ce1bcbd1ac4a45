// f16 convolution for Armv8-A, which stores halves and multiplies singles: 8 positions x 8 outputs by FMLA.
//
//   y = clamp(sum of x * w + bias), summed in the order of the products, fused
//
// Windows are widened when they are gathered, once for all outputs. Weights stay halves in memory and are
// widened where they are loaded, once per 8 positions.
//
// Packed, and scratch: kWidenedF16 in kernels/common/neon_product.h. Inner loop and registers:
// kernels/common/neon_singles_tile.h.
//
// Preconditions: 15 readable bytes behind the input; any depth.
// Share of the limit, from static analysis, and instructions per product: docs/performance/neon.md. Not
// measured on a device.
#include "kernels/common/convolution_row.h"
#include "kernels/common/neon_singles_tile.h"
#include "kernels/convolution_f16_f16/convolution_f16_f16.h"

namespace bitplace {
namespace {

using Row = neon::ProductRow<neon::kWidenedF16>;

void run(const ConvolutionCall& call, std::int64_t task) {
  run_product<SinglesKernel<neon::kWidenedF16, float16_t>>(call, task);
}

}  // namespace

extern const ConvolutionKernel convolution_f16_f16__neon_8x8 =
    convolution_row<Row>("convolution_f16_f16__neon_8x8", isa_feature::neon, Row::prepare, run);

}  // namespace bitplace
