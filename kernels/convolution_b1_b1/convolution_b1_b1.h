// Convolution of a +-1 activation with +-1 weights, both as bits.
//
//   accumulator[o] = sum over taps and channels of x * w = depth - 2 * popcount(x xor w)      (1 means -1)
//
// Input b1, packed weights, output b1 (threshold), s32 (raw) or f32 (affine); layouts in
// kernels/common/convolution.h. Padding `one` reads +1 outside the image (bit 0), `zero` reads 0: those taps
// drop out of the sum, exactly.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> convolution_b1_b1_kernels();

}  // namespace bitplace
