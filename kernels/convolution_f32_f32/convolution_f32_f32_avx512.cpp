// f32 convolution with AVX-512.
//
//   y[o] = clamp(sum over taps and channels of x * w + bias[o], output_low, output_high)
//
// kernels/common/float_tiles.h computes tiles of up to 14 pixels x 32 outputs; weights are packed as
// kernels/common/float_convolution.h draws them, 32 outputs to a block. Sums of a slice of 512 products are
// added to those of the slices before: the order is one of the shape alone.
//
// Registers: 28 sums, 2 weights, 1 pixel. Per product 28 fused multiply-adds, 2 loads and 14 broadcasts.
// Preconditions: padding valid or zero, no pooling, depth <= 2^28, a bordered copy of at most 1 GiB.
//
// Measured, AMD EPYC (Zen 4), one thread: 94 to 98 % of the FMA limit on 3x3 layers of ResNet and VGG from 14
// x 14 to 56 x 56, 85 % at 224 x 224 (docs/performance/float.md).
#include "kernels/common/float_vector_avx512.h"
// The tiles are written in terms of the vector and its sums.
#include "kernels/common/float_sum_quick.h"
#include "kernels/common/float_tiled_row.h"
#include "kernels/convolution_f32_f32/convolution_f32_f32.h"

namespace bitplace {

extern const ConvolutionKernel convolution_f32_f32__avx512_14x32 =
    float_row<float>("convolution_f32_f32__avx512_14x32", isa_feature::avx2 | isa_feature::avx512);

}  // namespace bitplace
