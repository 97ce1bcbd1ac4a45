// What a kernel that looks up sums of RGB pixels is told: constants packed as table indices.
//
// For one pixel (r, g, b), table[e] is the sum of the channels j whose bit of e is set, 8 values of 16 bits.
// A tap's three weights of an output channel are the index e: the bits of those that have the channel's rarer
// sign. With S the sum over the taps of a window and X the sum of all its bytes
//
//   accumulator = 2 S - X where the rarer sign is +1, and X - 2 S where it is -1.
//
// At most half of 513 weights have the rarer sign, so S <= 256 * 255 fits in 16 bits, and the threshold is
// compared there. With T = 2 u + r and H_q = floor((X - q) / 2) + 1
//
//   rarer sign -1:  accumulator < T  <=>  S + u >= H_r
//   rarer sign +1:  accumulator < T  <=>  S < H_(1 - r) + u
//
// Both sides stay unsigned: u, clamped, is `left`, added to S, or with the other sign `right`, added to H.
// H_1 is H_0 - 1 where X is even, else H_0. Additions saturate, which decides nothing wrongly because S and H
// stay below 65535.
//
// Packed, with n blocks of 32 channels:
//
//   tap bytes    s16 [window_bytes]  1 for the bytes that taps read in one row of a window, 0 between them
//   blocks       RgbBlock [n]
//   indices      u8 [n][taps][32][2] 2 e and 2 e + 1, the bytes of table[e]
//
// Example: weights (+1, -1, -1) of one tap, -1 being the rarer sign, are e = 6, the bytes 12 and 13.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::convolution_u8_b1 {

inline constexpr std::int64_t kTableBytes = 16;
inline constexpr std::int64_t kBlockChannels = 32;
// Room on the stack for what one row of outputs needs: tables, window sums, offsets of taps, sums of columns.
inline constexpr std::int64_t kAllTablesBytes = 64 * 1024;
inline constexpr std::int64_t kMostWindows = 2048;
inline constexpr std::int64_t kMostOffsets = 1024;
inline constexpr std::int64_t kMostColumns = 2048;

struct alignas(kAlignment) RgbBlock {
  std::uint16_t left[kBlockChannels], right[kBlockChannels];
  std::uint16_t odd_half[kBlockChannels];  // q
  std::uint16_t positive[kBlockChannels];  // all ones where the rarer sign is +1
  std::int32_t sign[kBlockChannels];       // the rarer one
  std::uint32_t inverted;  // flip xor (rarer sign is +1), in the order of the activation's bits
};

struct RgbConstants {
  const std::int16_t* tap_bytes;
  const RgbBlock* blocks;
  const std::uint8_t* indices;
  std::int64_t taps, block_count, window_bytes;
  std::int64_t row_taps;  // of a kernel row whose tables lie side by side; 1 where it is dilated
};

// Input rows and columns whose tables one row of outputs reads.
struct TableExtent {
  std::int64_t rows, columns;
};

// Three input channels, at most 513 products, no groups, tables that fit their room.
bool accepts_rgb(const ConvolutionProblem& problem);
std::size_t rgb_packed_bytes(const ConvolutionProblem& problem);
void pack_rgb(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
RgbConstants rgb_constants(const ConvolutionProblem& problem, const void* packed);
// An even number of columns.
TableExtent table_extent(const ConvolutionProblem& problem);
// Tasks are strips of output rows: rows of tables that two rows of outputs share are made once in a strip.
std::int64_t rgb_tasks(const ConvolutionProblem& problem);

}  // namespace bitplace::convolution_u8_b1
