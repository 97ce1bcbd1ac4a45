// Convolution of f32 activations with f32 weights.
//
//   y[o] = clamp(sum over taps and channels of x * w + bias[o], output_low, output_high)
//
// Kernels may sum in any fixed order that does not depend on the number of tasks run at once, and may fuse
// multiplication and addition. With K = depth products and u = 2^-24 every kernel's sum s' obeys
//   |s' - s| <= K u / (1 - K u) * sum |x * w|
// (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). Padding is valid or zero, pooling 1
// x 1, epilogue affine_f32.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> convolution_f32_f32_kernels();

}  // namespace bitplace
