// Convolution of f32 with f32 that gives the CPU's bytes (kernels/convolution_f32_ordered/
// convolution_f32_ordered.h), as a product of matrices (cuda/tiled/tiled_convolution.h) by the
// multiplications and additions of threads: one chain per output, in the order of depth, which is that of the
// definition: rows, columns, channels.
//
//   y = clamp(s + bias, low, high), s = s + x * w over taps and channels, every product and sum rounded
//
// Padded taps and the end of the last stage add 0 * w, which is 0 or -0 and changes no sum that began at 0.
// Speed is not measured.
#pragma once

#include "cuda/common/convolution.h"

namespace bitplace::cuda {

int launch_convolution_f32_ordered_threads(const void* call, void* stream);

KernelTable<DeviceConvolutionKernel> convolution_f32_ordered_kernels();

}  // namespace bitplace::cuda
