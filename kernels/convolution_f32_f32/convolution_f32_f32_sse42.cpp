// f32 convolution with SSE4.2.
//
//   y[o] = clamp(sum over taps and channels of x * w + bias[o], output_low, output_high)
//
// kernels/common/float_tiles.h computes tiles of up to 6 pixels x 8 outputs (12 x 4 where a block has 4 or
// fewer); weights are packed as kernels/common/float_convolution.h draws them, 8 outputs to a block.
//
// Registers: 12 sums, 2 weights, 1 pixel, 1 product. Per product 12 multiplications, 12 additions, 2 loads
// and 6 broadcasts. Preconditions: padding valid or zero, no pooling, depth <= 2^28, a bordered copy of at
// most 1 GiB.
//
// Measured, AMD EPYC (Zen 4), one thread: 25 to 31 % of AVX2's FMA limit, half of which is what separate
// instructions can reach (docs/performance/float.md).
#include "kernels/common/float_vector_sse42.h"
// The tiles are written in terms of the vector and its sums.
#include "kernels/common/float_sum_quick.h"
#include "kernels/common/float_tiled_row.h"
#include "kernels/convolution_f32_f32/convolution_f32_f32.h"

namespace bitplace {

extern const ConvolutionKernel convolution_f32_f32__sse42_6x8 =
    float_row<float>("convolution_f32_f32__sse42_6x8", isa_feature::sse42);

}  // namespace bitplace
