// Depthwise convolution of f32 activations with f32 weights: groups == input_channels == output_channels.
//
//   y[c] = clamp(sum over taps of x[c] * w[c] + bias[c], output_low, output_high)
//
// Kernels may sum in any fixed order and fuse multiplication and addition; the bound is that of
// kernels/convolution_f32_f32/convolution_f32_f32.h. Padding is valid or zero, pooling 1 x 1, epilogue
// affine_f32.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> depthwise_f32_f32_kernels();

}  // namespace bitplace
