// Convolution of f32 activations with f32 weights, the same bytes from every kernel.
//
//   y[o] = clamp(s + bias[o], output_low, output_high)
//   s = 0; over the window's rows, columns and channels, in this order: s = s + x * w
//
// Every product and every sum is rounded to f32, nothing is fused. Padded taps may be left out: what they add
// is 0 or -0, and s, which starts at 0, never is -0. Padding is valid or zero, pooling 1 x 1, epilogue
// affine_f32; weights are finite.
//
// For layers that signs stand behind: a bit that turns over because sums were cut differently would make
// descriptors of one image differ from processor to processor, and in a deep network by much.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> convolution_f32_ordered_kernels();

}  // namespace bitplace
