// Convolution of f16 activations with f16 weights; products and sums in f32.
//
//   y[o] = clamp(sum over taps and channels of x * w + bias[o], output_low, output_high)
//
// A product of two halves is exact in f32. With K = depth products and u = 2^-24 every kernel's sum s' obeys
//   |s' - s| <= K u / (1 - K u) * sum |x * w|
// and an f16 output is one more rounding. Padding is valid or zero, pooling 1 x 1, epilogue affine_f32 or
// affine_f16.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> convolution_f16_f16_kernels();

}  // namespace bitplace
