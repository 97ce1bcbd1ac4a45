// Convolution of bits with bits (kernels/convolution_b1_b1/convolution_b1_b1.h), as a product of matrices
// (cuda/tiled/tiled_convolution.h).
//
//   xor        depth - 2 count(x xor w)                                sm_75 to sm_89
//   and        sum(w) - 2 count(x) + 4 count(x and w)                  sm_80 to sm_90
//   bytes      sum(w) - 2 sum over bits set in x of w, u8 x s8         sm_80 and later
//   threads    depth - 2 count(x xor w), a word at a time              all
//
// Padding reads as bit 0. Where it counts 0, the sum of the weights outside, which four entries of a table of
// sums give, is taken back behind the last stage. What tiles do not take, pools of
// more than 32 windows and bits of groups that do not fill words of the output, is computed one product at a
// time (cuda/direct/direct_convolution.h).
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
