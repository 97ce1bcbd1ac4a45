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
  // Where the results go: the output of the window, or the left one of each pair, which the right one follows
  // where it exists.
  std::int64_t pixels[kPairs];
  bool right_exists[kPairs];
  bool is_first, is_last;  // of its item
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
  task.activation =
      static_cast<const std::uint8_t*>(call.scratch) + group * g->bordered_height * g->bordered_row_bytes;
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

// Walks over the tiles of a task without a division for each.
class TileWalk {
 public:
  explicit TileWalk(const TileTask& task)
      : task_(task),
        tiles_(item_tiles(*task.problem)),
        step_(task.problem->pool_width == 1 ? 2 : 1),
        row_steps_(task.problem->pool_width == 1 ? pairs_of_row(*task.problem) : task.problem->output_width) {
    const std::int64_t first = task.problem->pool_width == 1 ? kPairs * task.first_item : task.first_item;
    const std::int64_t row = first / row_steps_;
    next_ = {static_cast<std::int32_t>(row), static_cast<std::int32_t>(first - row * row_steps_) * step_};
  }

  Tile next() {
    Tile tile = task_.problem->pool_width == 1 ? outputs_tile() : window_tile();
    tile.is_first = index_ == 0;
    tile.is_last = ++index_ == tiles_;
    if (tile.is_last) {
      index_ = 0;
      next_ = after(next_);
      if (task_.problem->pool_width == 1) next_ = after(next_);
    }
    return tile;
  }

 private:
  // The next output, or pair of outputs.
  Position after(Position output) const {
    const std::int32_t column = output.column + step_;
    return column < task_.problem->output_width ? Position{output.row, column} : Position{output.row + 1, 0};
  }

  Tile make_tile(const Position* pairs) const {
    Tile tile;
    for (int i = 0; i < kPositions; ++i)
      tile.positions[i] = {pairs[i / 2].row, pairs[i / 2].column + i % 2};
    tile.rows = rows_to_compute(*task_.problem, tile.positions);
    for (int i = 0; i < kPairs; ++i)
      tile.windows[i] = window_start(task_, pairs[i]);
    return tile;
  }

  Tile window_tile() const {
    const ConvolutionProblem& p = *task_.problem;
    const Position pairs[kPairs] = {window_pair(p, next_.row, next_.column, kPairs * index_),
                                    window_pair(p, next_.row, next_.column, kPairs * index_ + 1)};
    Tile tile = make_tile(pairs);
    tile.pixels[0] = std::int64_t{next_.row} * p.output_width + next_.column;
    return tile;
  }

  Tile outputs_tile() const {
    const ConvolutionProblem& p = *task_.problem;
    Position outputs[kPairs] = {next_, after(next_)};
    if (outputs[1].row == p.output_height) outputs[1] = next_;
    Position pairs[kPairs];
    for (int i = 0; i < kPairs; ++i)
      pairs[i] = {outputs[i].row * p.pool_height + index_, outputs[i].column};
    Tile tile = make_tile(pairs);
    for (int i = 0; i < kPairs; ++i) {
      tile.pixels[i] = std::int64_t{outputs[i].row} * p.output_width + outputs[i].column;
      tile.right_exists[i] = outputs[i].column + 1 < p.output_width;
    }
    return tile;
  }

  const TileTask& task_;
  const std::int32_t tiles_, step_, row_steps_;
  Position next_;
  std::int32_t index_ = 0;  // of the next tile in its item
};

}  // namespace
}  // namespace bitplace::convolution_b1_b1
