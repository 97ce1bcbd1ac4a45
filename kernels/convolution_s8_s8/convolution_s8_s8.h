// Convolution of u8 or s8 activations with s8 weights; a matrix product is one with 1 x 1 kernel, a fully
// connected layer one with 1 x 1 image.
//
//   accumulator[o] = sum over taps and channels of x * w, exactly, in s32
//
// Weights lie in [-127, 127], activations in [input_low, input_high]: kernels may rely on both. Padding is
// valid or zero, pooling 1 x 1, epilogue raw_s32, requantize_s8 or affine_f32 (kernels/common/convolution.h).
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> convolution_s8_s8_kernels();

}  // namespace bitplace
