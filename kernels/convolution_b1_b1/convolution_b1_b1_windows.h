// Which kernel taps of an output position lie inside the image, and which positions are computed together.
// Everything has internal linkage: this header is included by files of different instruction sets.
#pragma once

#include "kernels/convolution_b1_b1/convolution_b1_b1_pack.h"

namespace bitplace::convolution_b1_b1 {
namespace {

inline constexpr int kPositions = 4;

// A position of the unpooled output.
struct Position {
  std::int32_t row, column;
};

// Taps [begin, end) of one axis.
struct TapRange {
  std::int32_t begin, end;
};

// What one task works on.
struct Task {
  const ConvolutionProblem* problem;
  const Geometry* geometry;
  const std::uint8_t* block;       // packed constants of one block of outputs
  const std::uint8_t* activation;  // the bordered copy
  void* output;
  std::int32_t first_output;
  std::int32_t first_row, last_row;  // pooled output rows [first_row, last_row)
};

inline Task make_task(const ConvolutionCall& call, std::int64_t index) {
  const auto* packed = static_cast<const std::uint8_t*>(call.packed);
  const auto* g = reinterpret_cast<const Geometry*>(packed);
  // Tasks that run at the same time mostly share a block and write rows apart, not words of one cache line.
  const std::int64_t block = index / g->chunks;
  const std::int64_t chunk = index % g->chunks;
  const std::int64_t rows = call.problem->output_height;
  Task task;
  task.problem = call.problem;
  task.geometry = g;
  task.block = packed + kGeometryBytes + block * g->block_bytes;
  task.activation = static_cast<const std::uint8_t*>(call.scratch);
  task.output = call.output;
  task.first_output = static_cast<std::int32_t>(block * g->block_outputs);
  task.first_row = static_cast<std::int32_t>(rows * chunk / g->chunks);
  task.last_row = static_cast<std::int32_t>(rows * (chunk + 1) / g->chunks);
  return task;
}

// The taps of a window starting at `start` (negative: in the padding) that lie in [0, extent).
inline TapRange taps_inside(std::int32_t start, std::int32_t taps, std::int32_t dilation,
                            std::int32_t extent) {
  if (start >= 0 && start + (taps - 1) * dilation < extent) return {0, taps};
  std::int32_t begin = start < 0 ? (-start + dilation - 1) / dilation : 0;
  begin = begin < taps ? begin : taps;
  std::int32_t end = extent > start ? (extent - start + dilation - 1) / dilation : 0;
  end = end < taps ? end : taps;
  return {begin, end > begin ? end : begin};
}

inline TapRange rows_inside(const ConvolutionProblem& p, std::int32_t row) {
  return taps_inside(row * p.stride_height - p.pad_top, p.kernel_height, p.dilation_height, p.input_height);
}

inline TapRange columns_inside(const ConvolutionProblem& p, std::int32_t column) {
  return taps_inside(column * p.stride_width - p.pad_left, p.kernel_width, p.dilation_width, p.input_width);
}

// The kernel rows that at least one of the positions (in rising order of rows) has inside the image. The
// others read only the border, where popcount(x xor w) is the popcount of the weights.
inline TapRange rows_to_compute(const ConvolutionProblem& p, const Position* positions) {
  const TapRange first = rows_inside(p, positions[0].row);
  const TapRange last = rows_inside(p, positions[kPositions - 1].row);
  return {last.begin < first.begin ? last.begin : first.begin, first.end > last.end ? first.end : last.end};
}

inline const std::uint8_t* window_start(const Task& task, Position position) {
  const ConvolutionProblem& p = *task.problem;
  return task.activation + std::int64_t{position.row} * p.stride_height * task.geometry->bordered_row_bytes +
         std::int64_t{position.column} * p.stride_width * task.geometry->pixel_bytes;
}

// The four corners of the sums of weights over the taps inside the image, for padding zero: per output, the
// sum of the padded taps' weights is all - (below_right - above_right - below_left + above_left).
struct PaddedCorners {
  const std::int32_t *all, *below_right, *above_right, *below_left, *above_left;
};

inline PaddedCorners padded_corners(const Task& task, TapRange rows, TapRange columns) {
  const ConvolutionProblem& p = *task.problem;
  const auto* sums = reinterpret_cast<const std::int32_t*>(task.block + task.geometry->padded_offset);
  const std::int64_t outputs = task.geometry->block_outputs;
  const std::int64_t stride = (p.kernel_width + 1) * outputs;
  return {sums + p.kernel_height * stride + p.kernel_width * outputs,
          sums + rows.end * stride + columns.end * outputs,
          sums + rows.begin * stride + columns.end * outputs,
          sums + rows.end * stride + columns.begin * outputs,
          sums + rows.begin * stride + columns.begin * outputs};
}

inline bool is_whole(const ConvolutionProblem& p, TapRange rows, TapRange columns) {
  return rows.begin == 0 && rows.end == p.kernel_height && columns.begin == 0 &&
         columns.end == p.kernel_width;
}

}  // namespace
}  // namespace bitplace::convolution_b1_b1
