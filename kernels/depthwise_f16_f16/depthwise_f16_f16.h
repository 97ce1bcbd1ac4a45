// Depthwise convolution of f16 activations with f16 weights, products and sums in f32: groups ==
// input_channels == output_channels.
//
//   y[c] = clamp(sum over taps of x[c] * w[c] + bias[c], output_low, output_high)
//
// The bound is that of kernels/convolution_f16_f16/convolution_f16_f16.h. Padding is valid or zero, pooling 1
// x 1, epilogue affine_f32 or affine_f16.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> depthwise_f16_f16_kernels();

}  // namespace bitplace
