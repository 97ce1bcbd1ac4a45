// f32 convolution with AVX2 and FMA.
//
//   y[o] = clamp(sum over taps and channels of x * w + bias[o], output_low, output_high)
//
// kernels/common/float_tiles.h computes tiles of up to 6 pixels x 16 outputs (12 x 8 where a block has 8 or
// fewer); weights are packed as kernels/common/float_convolution.h draws them, 16 outputs to a block. Sums of
// a slice of 512 products are added to those of the slices before: the order is one of the shape alone.
//
// Registers: 12 sums, 2 weights, 1 pixel. Per product 12 fused multiply-adds, 2 loads and 6 broadcasts.
// Preconditions: padding valid or zero, no pooling, depth <= 2^28, a bordered copy of at most 1 GiB.
//
// Measured, AMD EPYC (Zen 4), one thread: 93 to 99 % of the FMA limit on 3x3 layers of ResNet and VGG from 14
// x 14 to 56 x 56, 89 % at 224 x 224 (docs/performance/float.md).
#include "kernels/common/float_vector_avx2.h"
// The tiles are written in terms of the vector and its sums.
#include "kernels/common/float_sum_quick.h"
#include "kernels/common/float_tiled_row.h"
#include "kernels/convolution_f32_f32/convolution_f32_f32.h"

namespace bitplace {

extern const ConvolutionKernel convolution_f32_f32__avx2_6x16 =
    float_row<float>("convolution_f32_f32__avx2_6x16", isa_feature::avx2);

}  // namespace bitplace
