// Convolution of f32 with f32 (kernels/convolution_f32_f32/convolution_f32_f32.h), as a product of matrices
// (cuda/tiled/tiled_convolution.h) by the multiply-adds of threads: one chain per output, in the order of
// depth.
//
//   y = clamp(sum over taps and channels of x * w + bias, low, high)
//
// For tiles of 128 x 64, 64 x 64, 32 x 32 (ptxas 13.0, none spills), registers on sm_87 and sm_90:
//   168, 128, 69 and 166, 128, 63       shared memory 39424, 25856, 17024 bytes
// FFMA in the machine code. Speed is not measured.
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

inline constexpr TiledForm kSinglesForm = {32, 32, 32};

int launch_convolution_f32_f32_threads(const void* call, void* stream);

KernelTable<DeviceConvolutionKernel> convolution_f32_f32_kernels();

}  // namespace bitplace::cuda
