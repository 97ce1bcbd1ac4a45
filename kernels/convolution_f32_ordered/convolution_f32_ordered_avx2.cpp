// Ordered f32 convolution with AVX2.
//
//   y[o] = clamp(sum over taps and channels of x * w + bias[o], output_low, output_high), nothing fused
//
// Packed, tiles and preconditions: convolution_f32_f32_avx2.cpp. Sums go on from slice to slice.
//
// Registers: 12 sums, 2 weights, 1 pixel, 1 product. Per product 12 multiplications, 12 additions, 2 loads
// and 6 broadcasts.
//
// Measured, AMD EPYC (Zen 4), one thread: 7x7/2, 3 -> 64 at 224 x 224 in 2.29 ms, fused 2.14, which is 87 %
// of the FMA limit: this processor adds and multiplies on different pipes. With twice the vector (14 x 32) it
// took 3.08 ms, so there is no such row. Where one pipe does both, half of the FMA limit is all there is.
#include "kernels/common/float_vector_avx2.h"
// The tiles are written in terms of the vector and its sums.
#include "kernels/common/float_sum_ordered.h"
#include "kernels/common/float_tiled_row.h"
#include "kernels/convolution_f32_ordered/convolution_f32_ordered.h"

namespace bitplace {

extern const ConvolutionKernel convolution_f32_ordered__avx2_6x16 =
    float_row<float>("convolution_f32_ordered__avx2_6x16", isa_feature::avx2);

}  // namespace bitplace
