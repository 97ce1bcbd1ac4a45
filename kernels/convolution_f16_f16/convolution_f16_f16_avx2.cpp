// f16 convolution with AVX2, FMA and F16C: halves in memory, products and sums in f32.
//
//   y[o] = clamp(sum over taps and channels of x * w + bias[o], output_low, output_high)
//
// prepare converts the activation once, into the bordered f32 copy. Weights stay halves, packed as
// kernels/common/float_convolution.h draws them, 16 outputs to a block: what serves up to 64 pixels is
// converted as it is loaded, what serves more pixels once per slice of 512 products. The tiles are those of
// the f32 kernel (6 pixels x 16 outputs, kernels/common/float_tiles.h), and so is the order of the sums.
//
// Preconditions: padding valid or zero, no pooling, depth <= 2^28, a bordered copy of at most 1 GiB.
//
// Measured, AMD EPYC (Zen 4), one thread: 92 to 101 % of the FMA limit on 3x3 layers of ResNet and VGG from
// 14 x 14 to 56 x 56 (docs/performance/float.md).
#include "kernels/common/float_vector_avx2.h"
// The tiles are written in terms of the vector and its sums.
#include "kernels/common/float_sum_quick.h"
#include "kernels/common/float_tiled_row.h"
#include "kernels/convolution_f16_f16/convolution_f16_f16.h"

namespace bitplace {

extern const ConvolutionKernel convolution_f16_f16__avx2_6x16 =
    float_row<std::uint16_t>("convolution_f16_f16__avx2_6x16", isa_feature::avx2);

}  // namespace bitplace
