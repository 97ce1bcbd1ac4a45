// How the nibble_pairs kernels cut the output into tiles of two pairs of neighbouring positions.
// Everything has internal linkage: this header is included by files of different instruction sets.
#pragma once

#include "kernels/convolution_b1_b1/convolution_b1_b1_windows.h"

namespace bitplace::convolution_b1_b1 {
namespace {

inline constexpr int kPairs = 2;
inline constexpr int kTiles = 16;  // that share each piece of the weights while it is in the cache

// Two pairs of positions on their way through the kernel.
struct Tile {
  Position positions[kPositions];  // rows rising
  TapRange rows;                   // kernel rows to compute
  const std::uint8_t* windows[kPairs];
};

// What one task works on: a block of outputs, and items [first_item, last_item) of the output. An item is one
// pooling window or, with windows one column wide, the four outputs of two pairs, which then need not lie in
// one row; it is `item_tiles` tiles.
struct TileTask : Task {
  std::int32_t outputs;  // of the block; the lanes behind them are unused
  std::int64_t first_item, last_item;
};

inline std::int32_t pairs_of_row(const ConvolutionProblem& p) {
  return (p.output_width + 1) / 2;
}

inline std::int32_t item_tiles(const ConvolutionProblem& p) {
  if (p.pool_width == 1) return p.pool_height;
  const std::int32_t pairs = p.pool_height * ((p.pool_width + 1) / 2);
  return (pairs + 1) / 2;
}

inline std::int64_t items_of(const ConvolutionProblem& p) {
  if (p.pool_width > 1) return std::int64_t{p.output_height} * p.output_width;
  return (std::int64_t{p.output_height} * pairs_of_row(p) + 1) / 2;
}

// Block `block` of the task's `blocks_per_task`.
inline TileTask make_tile_task(const ConvolutionCall& call, std::int64_t index, std::int64_t block) {
  const ConvolutionProblem& p = *call.problem;
  const auto* packed = static_cast<const std::uint8_t*>(call.packed);
  const auto* g = reinterpret_cast<const Geometry*>(packed);
  // Tasks that run at the same time mostly share a block and write rows apart, not words of one cache line.
  block += index / g->chunks * g->blocks_per_task;
  const std::int64_t chunk = index % g->chunks;
  const std::int32_t group_outputs = p.output_channels / p.groups;
  const std::int64_t group_blocks = g->blocks / p.groups;
  const std::int64_t group = block / group_blocks;
  const auto first = static_cast<std::int32_t>(block % group_blocks) * g->block_outputs;
  TileTask task;
  task.problem = call.problem;
  task.geometry = g;
  task.block = packed + kGeometryBytes + block * g->block_bytes;
  task.activation = static_cast<const std::uint8_t*>(call.scratch) +
                    group * g->bordered_height * g->bordered_row_bytes;
  task.output = call.output;
  task.first_output = static_cast<std::int32_t>(group) * group_outputs + first;
  task.outputs = group_outputs - first < g->block_outputs ? group_outputs - first : g->block_outputs;
  task.first_item = items_of(p) * chunk / g->chunks;
  task.last_item = items_of(p) * (chunk + 1) / g->chunks;
  return task;
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

// Pair `pair` of the outputs' pairs in rising order, of an item with pooling windows one column wide. The
// right output of a pair may lie beyond the last column; its result is not used.
inline Position output_pair(const ConvolutionProblem& p, std::int64_t item, int pair) {
  const std::int64_t last = std::int64_t{p.output_height} * pairs_of_row(p) - 1;
  const std::int64_t index = kPairs * item + pair < last ? kPairs * item + pair : last;
  const auto row = static_cast<std::int32_t>(index / pairs_of_row(p));
  return {row, static_cast<std::int32_t>(index - std::int64_t{row} * pairs_of_row(p)) * 2};
}

inline Tile make_tile(const Task& task, std::int64_t item, std::int32_t index) {
  const ConvolutionProblem& p = *task.problem;
  Position pairs[kPairs];
  for (std::int32_t i = 0; i < kPairs; ++i) {
    if (p.pool_width == 1) {
      const Position output = output_pair(p, item, i);
      pairs[i] = {output.row * p.pool_height + index, output.column};
    } else {
      const auto row = static_cast<std::int32_t>(item / p.output_width);
      const auto column = static_cast<std::int32_t>(item - std::int64_t{row} * p.output_width);
      pairs[i] = window_pair(p, row, column, kPairs * index + i);
    }
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
