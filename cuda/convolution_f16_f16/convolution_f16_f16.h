// Convolution of f16 with f16 (kernels/convolution_f16_f16/convolution_f16_f16.h), as a product of matrices
// (cuda/tiled/tiled_convolution.h).
//
//   y = clamp(sum over taps and channels of x * w + bias, low, high)      m16n8k8 on sm_75, m16n8k16 on later
//   ones
//
// Products are exact and sums are kept in f32, but tensor cores cut off where the CPU rounds, and align the
// addends of an instruction to the largest: what was published of their arithmetic (cuda/tiled/products.h)
// is what the emulation does, and it stays within the bound of the CPU's rows in tests.
//
// For tiles of 128 x 64, 64 x 64, 32 x 32 (ptxas 13.0, none spills), registers on sm_87 and sm_90:
//   153, 102, 51 and 156, 102, 51       shared memory 39424, 25856, 17024 bytes
// HMMA.1688.F32 and HMMA.16816.F32 in the machine code. Speed is not measured.
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

inline constexpr TiledForm kHalvesForm = {16, 16, 16};

int launch_convolution_f16_f16_halves8(const void* call, void* stream);
int launch_convolution_f16_f16_halves16(const void* call, void* stream);

KernelTable<DeviceConvolutionKernel> convolution_f16_f16_kernels();

}  // namespace bitplace::cuda
