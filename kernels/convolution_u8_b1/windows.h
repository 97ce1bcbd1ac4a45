// How the kernels of this folder walk over outputs: four windows at a time, pooled while they are in
// registers.
//
// With 2 x 2 pooling the four windows are those of one output; otherwise they belong to four neighbouring
// outputs, which step through their pooling windows together and keep a running maximum. Behind the row's end
// the last output is repeated and not written.
//
// Everything lies in an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include "kernels/convolution_u8_b1/quads.h"

namespace bitplace::convolution_u8_b1 {
namespace {

constexpr int kPositions = 4;
using Windows = const std::uint8_t* [kPositions];

// One row of outputs. `start` is the first window's first byte; `down` and `right` lead to the windows of the
// next row and column before pooling.
struct OutputRow {
  const ConvolutionProblem* problem;
  const std::uint8_t* start;
  std::int64_t down, right;
  std::int64_t first_pixel;
};

inline OutputRow output_row(const ConvolutionProblem& p, const Source& source, std::int64_t row) {
  const std::int64_t down = p.stride_height * source.row_bytes;
  return {&p, source.data + row * p.pool_height * down, down, std::int64_t{p.stride_width} * p.input_channels,
          row * p.output_width};
}

inline bool pools_2x2(const ConvolutionProblem& p) {
  return p.pool_height == 2 && p.pool_width == 2;
}

// Outputs that run_outputs computes at once.
inline std::int64_t outputs_together(const ConvolutionProblem& p) {
  return pools_2x2(p) ? 1 : kPositions;
}

template <typename Block>
inline void run_pooled_2x2(const Block& block, const OutputRow& row, std::int64_t column) {
  const std::uint8_t* const window = row.start + column * 2 * row.right;
  const Windows windows = {window, window + row.right, window + row.down, window + row.down + row.right};
  typename Block::Sums sums;
  block.accumulate(windows, sums);
  Block::maximum_of_positions(sums);
  block.finish(sums, 0, row.first_pixel + column);
}

template <typename Block>
inline void run_neighbours(const Block& block, const OutputRow& row, std::int64_t column) {
  const ConvolutionProblem& p = *row.problem;
  const std::int64_t left = p.output_width - column;
  const std::int64_t count = left < kPositions ? left : kPositions;
  typename Block::Sums best;
  for (std::int64_t tap = 0; tap < std::int64_t{p.pool_height} * p.pool_width; ++tap) {
    const std::uint8_t* const start =
        row.start + tap / p.pool_width * row.down + tap % p.pool_width * row.right;
    Windows windows;
    for (std::int64_t i = 0; i < kPositions; ++i)
      windows[i] = start + (column + (i < count ? i : count - 1)) * p.pool_width * row.right;
    typename Block::Sums sums;
    block.accumulate(windows, tap == 0 ? best : sums);
    if (tap != 0) Block::keep_maximum(best, sums);
  }
  for (int i = 0; i < count; ++i)
    block.finish(best, i, row.first_pixel + column + i);
}

// One block of channels of outputs_together() outputs from `column` on. A block offers
//   Sums                                the accumulators of its channels at four positions
//   accumulate(windows, sums)           computes them
//   keep_maximum(best, sums)            at each position
//   maximum_of_positions(sums)          into position 0
//   finish(sums, position, pixel)       applies the epilogue and writes one pixel's channels
template <typename Block>
inline void run_outputs(const Block& block, const OutputRow& row, std::int64_t column) {
  if (pools_2x2(*row.problem)) {
    run_pooled_2x2(block, row, column);
  } else {
    run_neighbours(block, row, column);
  }
}

}  // namespace
}  // namespace bitplace::convolution_u8_b1
