// f32 convolution for Armv8-A: 8 positions x 8 outputs by FMLA.
//
//   y = clamp(sum of x * w + bias), summed in the order of the products, fused
//
// Packed, and scratch: kSinglesF32 in kernels/common/neon_product.h. Inner loop and registers:
// kernels/common/neon_singles_tile.h.
//
// Preconditions: 15 readable bytes behind the input; any depth.
// Share of the limit, from static analysis, and instructions per product: docs/performance/neon.md. Not
// measured on a device.
#include "kernels/common/convolution_row.h"
#include "kernels/common/neon_singles_tile.h"
#include "kernels/convolution_f32_f32/convolution_f32_f32.h"

namespace bitplace {
namespace {

using Row = neon::ProductRow<neon::kSinglesF32>;

void run(const ConvolutionCall& call, std::int64_t task) {
  run_product<SinglesKernel<neon::kSinglesF32, float>>(call, task);
}

}  // namespace

extern const ConvolutionKernel convolution_f32_f32__neon_8x8 =
    convolution_row<Row>("convolution_f32_f32__neon_8x8", isa_feature::neon, Row::prepare, run);

}  // namespace bitplace
