// What a kernel that looks up sums of RGB pixels is told: constants packed as table indices.
//
// For one pixel (r, g, b), table[e] = sum over its channels j of (bit j of e ? -1 : +1) * (channel j - 128),
// 8 values of 16 bits. A tap's three weights of an output channel are the index e. Summing over the taps of a
// window gives
//
//   sum = accumulator - 128 * (sum of the channel's weights)
//
// whose second part is a constant: it is taken off the thresholds, and added to raw output.
//
// Tables lie as the pixels do, kTableBytes apart, for all input rows that one row of outputs reads. Packed,
// with n 32-channel blocks:
//
//   offsets      s32 [taps]          bytes from a window's first table to the tap's
//   thresholds   s32 [n * 32]        less the constant; padding channels INT32_MIN, so that their bit is 0
//   constants    s32 [n * 32]        128 * sum of weights
//   flips        one bit per channel in the order of the activation's bits
//   indices      u8 [n][taps][32][2] 2 e and 2 e + 1, the bytes of table[e]
//
// Example: weights (+1, -1, -1) of one tap and channel are e = 6, the bytes 12 and 13.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::convolution_u8_b1 {

inline constexpr std::int64_t kTableBytes = 16;
inline constexpr std::int64_t kBlockChannels = 32;
// Room for the tables of one row of outputs, on the stack.
inline constexpr std::int64_t kAllTablesBytes = 64 * 1024;

struct RgbConstants {
  const std::int32_t* offsets;
  const std::int32_t* threshold;
  const std::int32_t* constant;
  const std::uint8_t* flip_bits;
  const std::uint8_t* indices;
  std::int64_t taps;
  std::int64_t blocks;
};

// Input rows and columns whose tables one row of outputs reads.
struct TableExtent {
  std::int64_t rows, columns;
};

// Three input channels, no groups, tables that fit their room.
bool accepts_rgb(const ConvolutionProblem& problem);
std::size_t rgb_packed_bytes(const ConvolutionProblem& problem);
void pack_rgb(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
RgbConstants rgb_constants(const ConvolutionProblem& problem, const void* packed);
// An even number of columns.
TableExtent table_extent(const ConvolutionProblem& problem);

}  // namespace bitplace::convolution_u8_b1
