// u8 or s8 activations x s8 weights with AVX-512 VNNI: 3 x 3 kernels by Winograd's algorithm, exactly.
//
//   576 y = A (U . V) A^T modulo 2^32 (kernels/convolution_s8_s8/winograd_plan.h, with the proof and the
//   layout)
//
// One vpdpwssd makes 16 of the 36 products that replace 144, on 256-bit vectors: as fast as 512-bit ones
// where those are halved, as on Zen 4. Registers: 12 sums of 6 tiles x 2 vectors of 8 channels, 2 weights, 1
// broadcast pair of channels.
//
// Preconditions: winograd_plan.h, accepts; maps large for their channels. Any depth: long sums are
// cut into sections.
//
// Measured: docs/performance/int8-avx512.md.
#include "kernels/convolution_s8_s8/convolution_s8_s8.h"
#include "kernels/convolution_s8_s8/winograd_products.h"

namespace bitplace {

using namespace winograd;

namespace {

// Transformed weights are 8 times as large as s8 ones: where a tile has too many of them to itself, reading
// them takes longer than the products that they save.
bool accepts_shared_weights(const ConvolutionProblem& p) {
  constexpr std::int64_t kMostBytesPerTile = 64 << 10;
  if (!accepts(p)) return false;
  const std::int64_t bytes = std::int64_t{p.input_channels} * p.output_channels * kElements * 2;
  return bytes <= kMostBytesPerTile * winograd_plan(p).tiles;
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s8__avx512vnni_winograd_6x16 = {
    "convolution_s8_s8__avx512vnni_winograd_6x16",
    isa_feature::avx512 | isa_feature::avx512vnni,
    accepts_shared_weights,
    packed_bytes,
    product_pack<DotProduct<8>>,
    scratch_bytes,
    no_prepare_tasks,
    prepare_nothing,
    run_tasks,
    run_task<DotProduct<8>>};

}  // namespace bitplace
