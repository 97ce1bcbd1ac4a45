// f16 convolution for Armv8.2-A with FP16FML: 8 positions x 8 outputs by FMLAL and FMLAL2.
//
//   y = clamp(sum of x * w + bias), summed in the order of the products in f32, fused
//
// Packed, and scratch: kSinglesF16 in kernels/common/neon_product.h. Inner loop and registers:
// kernels/common/neon_halves_tile.h.
//
// Preconditions: 15 readable bytes behind the input; any depth.
// Share of the limit, from static analysis, and instructions per product: docs/performance/neon.md. Not
// measured on a device.
#include "kernels/common/convolution_row.h"
#include "kernels/common/neon_halves_tile.h"
#include "kernels/convolution_f16_f16/convolution_f16_f16.h"

namespace bitplace {
namespace {

using Row = neon::ProductRow<neon::kSinglesF16>;

void run(const ConvolutionCall& call, std::int64_t task) {
  run_product<HalvesKernel>(call, task);
}

}  // namespace

extern const ConvolutionKernel convolution_f16_f16__neonfp16_8x8 =
    convolution_row<Row>("convolution_f16_f16__neonfp16_8x8",
                         isa_feature::neon | isa_feature::neondot | isa_feature::neonfp16, Row::prepare, run);

}  // namespace bitplace
