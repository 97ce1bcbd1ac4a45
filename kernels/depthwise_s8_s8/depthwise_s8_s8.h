// Depthwise convolution of u8 or s8 activations with s8 weights: groups == input_channels == output_channels.
//
//   accumulator[c] = sum over taps of x[c] * w[c], exactly, in s32
//
// Weights lie in [-127, 127], activations in [input_low, input_high]. Canonical weights are one row of
// kernel_height * kernel_width bytes per channel. Padding is valid or zero, pooling 1 x 1, epilogue raw_s32,
// requantize_s8 or affine_f32.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> depthwise_s8_s8_kernels();

}  // namespace bitplace
