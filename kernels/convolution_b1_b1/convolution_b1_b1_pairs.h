// How the nibble_pairs kernels cut an output row into tiles of two pairs of neighbouring positions.
// Everything has internal linkage: this header is included by files of different instruction sets.
#pragma once

#include "kernels/convolution_b1_b1/convolution_b1_b1_windows.h"

namespace bitplace::convolution_b1_b1 {
namespace {

inline constexpr int kPairs = 2;

// Two pairs of positions on their way through the kernel.
struct Tile {
  Position positions[kPositions];  // rows rising
  TapRange rows;                   // kernel rows to compute
  const std::uint8_t* windows[kPairs];
};

// How an output row is cut into tiles: each item, one pooling window or four neighbouring outputs with
// windows one column wide, is `tiles` tiles.
struct Cut {
  std::int32_t items, tiles;
};

inline Cut cut_row(const ConvolutionProblem& p) {
  if (p.pool_width == 1) return {(p.output_width + kPositions - 1) / kPositions, p.pool_height};
  const std::int32_t pairs = p.pool_height * ((p.pool_width + 1) / 2);
  return {p.output_width, (pairs + 1) / 2};
}

// Pair `index` of a pooling window. Where the width is odd, the last pair of a row overlaps the one before;
// where the number of pairs is odd, the last tile has its first pair twice.
inline Position window_pair(const ConvolutionProblem& p, std::int32_t row, std::int32_t column,
                            std::int32_t index) {
  const std::int32_t row_pairs = (p.pool_width + 1) / 2;
  const std::int32_t last = p.pool_height * row_pairs - 1;
  index = index < last ? index : last;
  const std::int32_t dx = 2 * (index % row_pairs);
  return {row * p.pool_height + index / row_pairs,
          column * p.pool_width + (dx + 2 <= p.pool_width ? dx : p.pool_width - 2)};
}

inline Tile make_tile(const Task& task, std::int32_t row, std::int32_t item, std::int32_t index) {
  const ConvolutionProblem& p = *task.problem;
  Position pairs[kPairs];
  for (std::int32_t i = 0; i < kPairs; ++i) {
    // The right one of a pair may lie beyond the last output; its result is not used.
    const std::int32_t column = kPositions * item + 2 * i;
    pairs[i] = p.pool_width == 1 ? Position{row * p.pool_height + index,
                                            column < p.output_width ? column : p.output_width - 1}
                                 : window_pair(p, row, item, 2 * index + i);
  }
  Tile tile;
  for (int i = 0; i < kPositions; ++i)
    tile.positions[i] = {pairs[i / 2].row, pairs[i / 2].column + i % 2};
  tile.rows = rows_to_compute(p, tile.positions);
  for (int i = 0; i < kPairs; ++i)
    tile.windows[i] = window_start(task, pairs[i]);
  return tile;
}

}  // namespace
}  // namespace bitplace::convolution_b1_b1
