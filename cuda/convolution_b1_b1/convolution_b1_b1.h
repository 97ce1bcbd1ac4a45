// Convolution of bits with bits (kernels/convolution_b1_b1/convolution_b1_b1.h), as a product of matrices
// (cuda/tiled/tiled_convolution.h).
//
//   xor        depth - 2 count(x xor w)                                sm_75 to sm_89
//   and        sum(w) - 2 count(x) + 4 count(x and w)                  sm_80 to sm_90
//   bytes      sum(w) - 2 sum over bits set in x of w, u8 x s8         sm_80 and later
//   threads    depth - 2 count(x xor w), a word at a time              all
//
// Padding reads as bit 0. Where it counts 0, the sum of the weights outside, which four entries of a table of
// sums give, is taken back behind the last stage. What tiles do not take, pools of more than 32 windows and
// bits of groups that do not fill words of the output, is computed one product at a time
// (cuda/direct/direct_convolution.h).
//
// For tiles of 128 x 64, 64 x 64, 32 x 32 (ptxas 13.0, none spills), registers on sm_87 and sm_90:
//   xor256 152, 104, 64       and256 162, 112, 70 and 160, 110, 72       bytes 147, 101, 70 and 150, 105, 70
//   threads 168, 128, 80 and 168, 128, 78       shared memory 39424, 25856, 17024 bytes
// Their inner loops are BMMA.88128.XOR.POPC, BMMA.168256.XOR.POPC, BMMA.168256.AND.POPC, IMMA.16832.U8.S8 and
// POPC in the machine code. Speed is not measured.
#pragma once

#include "cuda/common/convolution.h"
#include "cuda/tiled/tiled_pack.h"

namespace bitplace::cuda {

inline constexpr TiledForm kBitsForm = {1, 1, 1};

int launch_convolution_b1_b1_xor128(const void* call, void* stream);
int launch_convolution_b1_b1_xor256(const void* call, void* stream);
int launch_convolution_b1_b1_and256(const void* call, void* stream);
int launch_convolution_b1_b1_bytes(const void* call, void* stream);
int launch_convolution_b1_b1_threads(const void* call, void* stream);
int launch_convolution_b1_b1_direct(const void* call, void* stream);

KernelTable<DeviceConvolutionKernel> convolution_b1_b1_kernels();

}  // namespace bitplace::cuda
