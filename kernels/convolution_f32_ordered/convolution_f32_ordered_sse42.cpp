// Ordered f32 convolution with SSE4.2.
//
//   y[o] = clamp(sum over taps and channels of x * w + bias[o], output_low, output_high), nothing fused
//
// Packed, tiles, registers and preconditions: convolution_f32_f32_sse42.cpp, which has separate instructions
// too, but several sums per output in small tiles.
//
// Measured, AMD EPYC (Zen 4), one thread: 7x7/2, 3 -> 64 at 224 x 224 in 6.26 ms, as the other one.
#include "kernels/common/float_vector_sse42.h"
// The tiles are written in terms of the vector and its sums.
#include "kernels/common/float_sum_ordered.h"
#include "kernels/common/float_tiled_row.h"
#include "kernels/convolution_f32_ordered/convolution_f32_ordered.h"

namespace bitplace {

extern const ConvolutionKernel convolution_f32_ordered__sse42_6x8 =
    float_row<float>("convolution_f32_ordered__sse42_6x8", isa_feature::sse42);

}  // namespace bitplace
