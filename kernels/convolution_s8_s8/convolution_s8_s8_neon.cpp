// u8 or s8 x s8 convolution for Armv8-A: 4 positions x 4 outputs by SMULL and SMLAL2 in 16-bit lanes.
//
//   accumulator = sum of x * w, exactly, in s32
//
// Packed, and scratch: kRowsS8 in kernels/common/neon_product.h. Inner loops, registers and why lanes do not
// overflow: kernels/common/neon_rows_tile.h.
//
// Preconditions: 15 readable bytes behind the input. Exact wherever the accumulator fits.
// Share of the limit, from static analysis, and instructions per product: docs/performance/neon.md. Not
// measured on a device.
#include "kernels/common/convolution_row.h"
#include "kernels/common/neon_rows_tile.h"
#include "kernels/convolution_s8_s8/convolution_s8_s8.h"

namespace bitplace {
namespace {

using Row = neon::ProductRow<neon::kRowsS8>;

void run(const ConvolutionCall& call, std::int64_t task) {
  run_product<RowsKernel<neon::kRowsS8>>(call, task);
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s8__neon_4x4 =
    convolution_row<Row>("convolution_s8_s8__neon_4x4", isa_feature::neon, Row::prepare, run);

}  // namespace bitplace
