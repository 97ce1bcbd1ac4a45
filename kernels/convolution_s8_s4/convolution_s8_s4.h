// Convolution of u8 or s8 activations with 4-bit weights, two to a byte, the first in the low half.
//
//   accumulator[o] = sum over taps and channels of x * w, exactly, in s32
//
// Weights lie in [-largest_weight, largest_weight], at most 7: DoReFa's two bits are widened to -3, -1, 1, 3
// and signs to -1, 1 when a plan is made. Activations lie in [input_low, input_high], [-7, 7] for s4 ones,
// which are held one to a byte. Padding is valid or zero, pooling 1 x 1, epilogue raw_s32, requantize_s8 or
// affine_f32.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace {

KernelTable<ConvolutionKernel> convolution_s8_s4_kernels();

}  // namespace bitplace
