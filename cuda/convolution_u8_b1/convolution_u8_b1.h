// Convolution of pixels with bits (kernels/convolution_u8_b1/convolution_u8_b1.h), as a product of matrices
// (cuda/tiled/tiled_convolution.h): weights are bytes, 1 and -1, from packing on.
//
//   accumulator = sum over taps and channels of x * w       u8 x s8, m8n8k16 on sm_75, m16n8k32 on later ones
//
// Pixels of 3 channels are gathered byte by byte. What tiles do not take, pools of more than 32
// windows and bits of groups that do not fill words of the output, is computed one product at a time
// (cuda/direct/direct_convolution.h).
//
// Registers and shared memory: the unsigned ones of cuda/convolution_s8_s8/convolution_s8_s8.h, whose kernels
// these are. IMMA.8816.U8.S8 and IMMA.16832.U8.S8 in the machine code. Speed is not measured.
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

inline constexpr TiledForm kPixelsForm = {8, 1, 8};

int launch_convolution_u8_b1_bytes16(const void* call, void* stream);
int launch_convolution_u8_b1_bytes32(const void* call, void* stream);
int launch_convolution_u8_b1_direct(const void* call, void* stream);

KernelTable<DeviceConvolutionKernel> convolution_u8_b1_kernels();

}  // namespace bitplace::cuda
