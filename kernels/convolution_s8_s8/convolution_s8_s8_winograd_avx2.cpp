// u8 or s8 activations x s8 weights with AVX2: 3 x 3 kernels by Winograd's algorithm, exactly.
//
//   576 y = A (U . V) A^T modulo 2^32 (winograd_plan.h, with the proof and the layout)
//
// One vpmaddwd and one vpaddd make 16 of the 36 products that replace 144. Registers: 12 sums of 6 tiles x 2
// vectors of 8 channels, 2 weights, 1 broadcast pair of channels, 1 product.
//
// Preconditions: winograd_plan.h, accepts. Any depth: long sums are cut into sections.
//
// Measured, AMD EPYC (Zen 4) at 3.7 GHz, one thread, in products of the direct convolution: 285 G/s at 56 x
// 56 x 64, 313 at 28 x 28 x 128, 200 at 14 x 14 x 256, where vpmaddubsw + vpmaddwd + vpaddd in registers give
// 118.
#include "kernels/convolution_s8_s8/convolution_s8_s8.h"
#include "kernels/convolution_s8_s8/winograd_products.h"

namespace bitplace {

using namespace winograd;

extern const ConvolutionKernel convolution_s8_s8__avx2_winograd_6x16 = {
    "convolution_s8_s8__avx2_winograd_6x16",
    isa_feature::avx2,
    accepts,
    packed_bytes,
    product_pack<WordProduct<8>>,
    scratch_bytes,
    no_prepare_tasks,
    prepare_nothing,
    run_tasks,
    run_task<WordProduct<8>>};

}  // namespace bitplace
