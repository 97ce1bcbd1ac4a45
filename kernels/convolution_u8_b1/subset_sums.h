// What a kernel that looks up sums of pixels is told: constants packed as table indices.
//
// The table of 6 consecutive bytes b0 ... b5 holds, in 64 entries of 16 bits, the sums of all their subsets:
//   table[e] = sum of b_j over the bits j that are set in e
// A channel adds up only the pixels under the rarer sign of its weights, so that index bit j is 1 where the
// weight has that sign, and 0 beyond the kernel row, where bytes must not count. With S the sum of all bytes
// of the window and x what the lookups of a channel add up to,
//   accumulator = S - 2 x   where -1 is the rarer weight,      2 x - S   where +1 is.
// x <= 255 * floor(depth / 2) and (S + 1) / 2 stay below 65535 at depths up to 513: everything fits in 16
// unsigned bits.
//
// Thresholds in that domain. With q and a parity per channel,
//   -1 is rarer:  accumulator < T  <=>  not (x + q <= H),  q = ceil(T / 2),           parity = T mod 2
//   +1 is rarer:  accumulator < T  <=>  x + q <= H,        q = -floor((T - 1) / 2),   parity = (T - 1) mod 2
// where H is floor(S / 2) at parity 0, floor((S + 1) / 2) at parity 1. Both directions are exact for every
// s32 T: x + q is formed with saturation at 65535 > H and at 0 <= H. A maximum over a pooling window is below
// T where all of its accumulators are.
//
// Tables lie `pitch` bytes of the image apart, so that every window of the row begins at one, 128 bytes each,
// in a ring of the rows that one row of outputs reads. Columns of outputs are cut into strips whose ring fits
// on the stack; a task goes down one strip and makes each table once.
//
// Packed, with blocks of v <= 4 vectors of 32 channels (vector_block):
//   geometry     SubsetGeometry
//   per vector   SubsetVector
//   indices      u16 [block][kernel row][group of 6 bytes][v][32]
//
// Example: 1 x 3 kernel, 3 channels, weights (+ - +)(+ + +)(+ - -): groups of 6 and 3 bytes, -1 is rarer, and
// the indices are 000010b = 2 and 110b = 6.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::convolution_u8_b1 {

inline constexpr std::int64_t kGroupBytes = 6;
inline constexpr std::int64_t kSubsetTableBytes = 128;
inline constexpr std::int64_t kSubsetLanes = 32;
inline constexpr std::int64_t kMostSubsetVectors = 4;
// Tables of one task, on the stack.
inline constexpr std::int64_t kRingBytes = 72 * 1024;
inline constexpr std::int64_t kMostRingTables = kRingBytes / kSubsetTableBytes;

struct SubsetGeometry {
  std::int32_t pitch;          // bytes of the image from table to table; divides 6
  std::int32_t groups;         // per kernel row
  std::int32_t ring_rows;      // rows that one row of outputs reads
  std::int32_t strip_columns;  // output columns of a strip; the last may have fewer
  std::int32_t strips;
  std::int32_t row_chunks;      // of output rows, per strip
  std::int32_t vectors;         // of 32 channels
  std::int64_t ring_row_bytes;  // from row to row of the ring
  std::int64_t indices_offset;  // in packed memory
};
inline constexpr std::size_t kSubsetGeometryBytes = 64;
static_assert(sizeof(SubsetGeometry) <= kSubsetGeometryBytes);

// Of 32 channels. Words have one bit per channel.
struct SubsetVector {
  std::uint16_t add[kSubsetLanes];       // q where it is positive
  std::uint16_t subtract[kSubsetLanes];  // -q where it is negative
  std::uint32_t parity;
  std::uint32_t positive;  // +1 is the rarer weight
  std::uint32_t flip;
  std::uint32_t unused[13];
};
static_assert(sizeof(SubsetVector) % kAlignment == 0);

// No groups, no sideways dilation, depth up to 513, a ring that fits, and fewer operations than dot products.
bool accepts_subsets(const ConvolutionProblem& problem);
std::size_t subset_packed_bytes(const ConvolutionProblem& problem);
void pack_subsets(const ConvolutionProblem& problem, const ConvolutionConstants& constants, void* packed);
std::int64_t subset_tasks(const ConvolutionProblem& problem);

}  // namespace bitplace::convolution_u8_b1
