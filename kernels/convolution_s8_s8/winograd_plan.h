// Winograd's F(4 x 4, 3 x 3) in integers, exactly: what the kernels share. Plain data and functions that are
// compiled for the baseline.
//
// A tile of 4 x 4 outputs y of one input channel with pixels d (6 x 6) and weights w (3 x 3) is
//
//   576 y = A (U . V) A^T,   U = (24 G) w (24 G)^T,   V = B d B^T,   . element by element
//
// with Lavin's matrices (arXiv:1509.09308), but for the last row of 24 G, which is divided by 4, and the last
// column of A, which is multiplied by 4, so that U fits 16 bits:
//
//   B = 4  0 -5  0 1 0    24 G =  6  0  0    A = 1 1  1 1  1 0
//       0 -4 -4  1 1 0           -4 -4 -4        0 1 -1 2 -2 0
//       0  4 -4 -1 1 0           -4  4 -4        0 1  1 4  4 0
//       0 -2 -1  2 1 0            1  2  4        0 1 -1 8 -8 4
//       0  2 -1 -2 1 0            1 -2  4
//       0  4  0 -5 0 1            0  0  6
//
// |U| <= 12 * 12 * 127 = 18288, |V| <= 17340 for pixels in [0, 255], 12700 for [-127, 127]. 36 products of 16
// bits replace 144. Sums over channels are taken modulo 2^32. From 576 y modulo 2^32 follows 64 y by a
// multiplication with the inverse of 9, and y by an arithmetic shift: exact where |y| < 2^25. Channels are
// therefore summed in sections of at most (2^25 - 1) / (9 * max|x| * largest_weight), and the sections' y
// added in s32.
//
// Packed: scale and bias f32 [blocks * 16] in the lanes of quad_plan.h, then
//   U   s16 [block][36 elements of the tile][input pair][2 vectors][8 lanes][2 inputs]
// Scratch: for each task V, s16 [36][tiles of a strip][input channels].
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::winograd {

inline constexpr std::int64_t kElements = 36;
inline constexpr std::int64_t kTileOutputs = 4;  // rows and columns
inline constexpr std::int64_t kBlockChannels = 16;

struct WinogradPlan {
  std::int64_t tiles_across, tiles;
  std::int64_t strips;       // of tiles that follow each other row by row, transformed together
  std::int64_t strip_tiles;  // of the longest
  std::int64_t strip_tasks;  // task i works on strips i, i + strip_tasks, ...
  std::int64_t parts;        // of the output channels
  std::int64_t blocks, part_blocks;
  std::int64_t section;  // input channels summed modulo 2^32
  std::size_t task_scratch_bytes;
};
WinogradPlan winograd_plan(const ConvolutionProblem& problem);

struct WinogradConstants {
  bool clamp_first;
  const float* scale;
  const float* bias;
  const std::int16_t* weights;
};

// 3 x 3 kernels without stride, dilation and groups; inputs a multiple of 16; outputs that fill their tiles;
// and so few channels that the transformed weights, 8 times as large as s8 ones, stay within outer caches.
bool accepts(const ConvolutionProblem& problem);
// The same with weights that fit a second-level cache: what pays where the direct row is twice as fast.
bool accepts_few(const ConvolutionProblem& problem);
std::size_t packed_bytes(const ConvolutionProblem& problem);
// Canonical weights have 8 or 4 bits.
void pack(const ConvolutionProblem& problem, const ConvolutionConstants& constants, int weight_bits,
          void* packed);
WinogradConstants winograd_constants(const ConvolutionProblem& problem, const void* packed);
std::size_t scratch_bytes(const ConvolutionProblem& problem);
std::int64_t run_tasks(const ConvolutionProblem& problem);

}  // namespace bitplace::winograd
