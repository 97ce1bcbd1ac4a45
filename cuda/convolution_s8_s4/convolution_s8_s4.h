// Convolution of u8 or s8 codes with 4-bit weights (kernels/convolution_s8_s4/convolution_s8_s4.h), as a
// product of matrices (cuda/tiled/tiled_convolution.h).
//
//   16 accumulator = sum over taps and channels of x * (16 w)
//
// Nibbles travel as nibbles and become bytes in registers, two instructions for two words: a nibble in the
// upper half of a byte is 16 w as it stands. Sums of 16 x w must fit 32 bits; windows for which they may not
// (depth above 2^31 / (255 * 112)) have weights that are widened to bytes when they are packed.
// m8n8k16 on sm_75, m16n8k32 on later ones.
//
// For tiles of 128 x 64, 64 x 64, 32 x 32 (ptxas 13.0, none spills), registers on sm_87 and sm_90:
//   136, 99, 64 and 142, 100, 66       shared memory 39424, 19712, 12928 bytes
// IMMA.8816 and IMMA.16832 in the machine code. Speed is not measured.
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

inline constexpr TiledForm kNibblesForm = {8, 4, 4};
inline constexpr TiledForm kWidenedForm = {8, 4, 8};

int launch_convolution_s8_s4_nibbles16(const void* call, void* stream);
int launch_convolution_s8_s4_nibbles32(const void* call, void* stream);
int launch_convolution_s8_s4_bytes16(const void* call, void* stream);
int launch_convolution_s8_s4_bytes32(const void* call, void* stream);

KernelTable<DeviceConvolutionKernel> convolution_s8_s4_kernels();

}  // namespace bitplace::cuda
