// Convolution of u8 or s8 codes with s8 weights (kernels/convolution_s8_s8/convolution_s8_s8.h), as a product
// of matrices (cuda/tiled/tiled_convolution.h).
//
//   accumulator = sum over taps and channels of x * w       m8n8k16 on sm_75, m16n8k32 on later ones
//
// Codes are read unsigned where they are never negative, signed elsewhere.
//
// For tiles of 128 x 64, 64 x 64, 32 x 32 (ptxas 13.0, none spills), registers on sm_87 and sm_90:
//   signed 154, 106, 61 and 153, 105, 64       unsigned 154, 104, 64 and 153, 105, 66
//   shared memory 39424, 25856, 17024 bytes
// IMMA.8816 and IMMA.16832 in the machine code. Speed is not measured.
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

inline constexpr TiledForm kCodesForm = {8, 8, 8};

int launch_convolution_s8_s8_bytes16(const void* call, void* stream);
int launch_convolution_s8_s8_bytes32(const void* call, void* stream);

KernelTable<DeviceConvolutionKernel> convolution_s8_s8_kernels();

}  // namespace bitplace::cuda
