// First-layer convolution: u8 pixels with +-1 weights.
//
//   accumulator[o] = sum over taps and channels of pixel * w,  |accumulator| <= 255 * depth
//
// Input u8 NHWC, zero point 0; output b1 (threshold) or s32 (raw). Padding is `valid` or `zero`.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> convolution_u8_b1_kernels();

}  // namespace bitplace
