// Convolution of f32 with f32 (kernels/convolution_f32_f32/convolution_f32_f32.h), as a product of matrices
// (cuda/tiled/tiled_convolution.h) by the multiply-adds of threads: one chain per output, in the order of
// depth.
//
//   y = clamp(sum over taps and channels of x * w + bias, low, high)
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

inline constexpr TiledForm kSinglesForm = {32, 32, 32};

int launch_convolution_f32_f32_threads(const void* call, void* stream);

KernelTable<DeviceConvolutionKernel> convolution_f32_f32_kernels();

}  // namespace bitplace::cuda
