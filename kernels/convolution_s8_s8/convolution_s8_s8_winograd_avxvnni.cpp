// u8 or s8 activations x s8 weights with AVX-VNNI: 3 x 3 kernels by Winograd's algorithm, exactly.
//
//   576 y = A (U . V) A^T modulo 2^32 (winograd_plan.h, with the proof and the layout)
//
// One vpdpwssd makes 16 of the 36 products that replace 144. Registers: 12 sums of 6 tiles x 2 vectors of 8
// channels, 2 weights, 1 broadcast pair of channels.
//
// Preconditions: winograd_plan.h, accepts_few. Any depth: long sums are cut into sections.
//
// Measured: docs/performance/int8-avx2.md.
#include "kernels/convolution_s8_s8/convolution_s8_s8.h"
#include "kernels/convolution_s8_s8/winograd_products.h"

namespace bitplace {

using namespace winograd;

extern const ConvolutionKernel convolution_s8_s8__avxvnni_winograd_6x16 = {
    "convolution_s8_s8__avxvnni_winograd_6x16",
    isa_feature::avx2 | isa_feature::avxvnni,
    accepts_few,
    packed_bytes,
    product_pack<DotProduct<8>>,
    scratch_bytes,
    no_prepare_tasks,
    prepare_nothing,
    run_tasks,
    run_task<DotProduct<8>>};

}  // namespace bitplace
