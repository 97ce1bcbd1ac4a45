// Convolution of f16 with f16 (kernels/convolution_f16_f16/convolution_f16_f16.h), as a product of matrices
// (cuda/tiled/tiled_convolution.h).
//
//   y = clamp(sum over taps and channels of x * w + bias, low, high)      m16n8k8 on sm_75, m16n8k16 on later
//   ones
//
// Products are exact and sums are kept in f32, but tensor cores cut off where the CPU rounds, and align the
// addends of an instruction to the largest: what was published of their arithmetic (cuda/tiled/products.h)
// is what the emulation does, and it stays within the bound of the CPU's rows in tests.
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

inline constexpr TiledForm kHalvesForm = {16, 16, 16};

int launch_convolution_f16_f16_halves8(const void* call, void* stream);
int launch_convolution_f16_f16_halves16(const void* call, void* stream);

KernelTable<DeviceConvolutionKernel> convolution_f16_f16_kernels();

}  // namespace bitplace::cuda
