// u8 or s8 x s4 convolution for Armv8.6-A's int8 matrix multiply: 8 positions x 8 outputs by SMMLA and
// USMMLA.
//
//   accumulator = sum of x * w, exactly, in s32
//
// Packed, and scratch: kOctetsS4 in kernels/common/neon_product.h. Inner loop and registers:
// kernels/common/neon_octets_tile.h.
//
// Packing widens weights to a byte each: an inner loop that unpacked them would spend 2 instructions per 32
// weights, again for every 8 positions, to save bytes that lie in the caches anyway.
//
// Preconditions: 15 readable bytes behind the input. Exact wherever the accumulator fits.
// Share of the limit, from static analysis, and instructions per product: docs/performance/neon.md. Not
// measured on a device.
#include "kernels/common/convolution_row.h"
#include "kernels/common/neon_octets_tile.h"
#include "kernels/convolution_s8_s4/convolution_s8_s4.h"

namespace bitplace {
namespace {

using Row = neon::ProductRow<neon::kOctetsS4>;

void run(const ConvolutionCall& call, std::int64_t task) {
  run_octets<neon::kOctetsS4>(call, task);
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s4__neoni8mm_8x8 = convolution_row<Row>(
    "convolution_s8_s4__neoni8mm_8x8",
    isa_feature::neon | isa_feature::neondot | isa_feature::neonfp16 | isa_feature::neoni8mm, Row::prepare,
    run);

}  // namespace bitplace
