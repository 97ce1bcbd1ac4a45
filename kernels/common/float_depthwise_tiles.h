// The float depthwise convolution over tiles of neighbouring outputs of a row, for the vector of the file
// that includes it (float_vector_*.h, which comes first). Everything has internal linkage.
//
// Lanes are channels. For 3, 5 and 7 taps a row, strides 1 and 2, the kernel row's weights are registers, and
// each column of the input is loaded once and added to every output of the tile that it belongs to. Products
// are added in the order of the taps, whatever the tile; taps in the border are skipped, not computed.
#pragma once

#include "kernels/common/float_depthwise.h"

namespace bitplace {
namespace {

// One channel block of one output row. Steps are in elements.
template <typename Element>
struct DepthwiseRow {
  const ConvolutionProblem* problem;
  const Element* first_image_row;  // first pixel, first channel of the block; of the first tap row inside
  const float* first_weights;      // [taps][kLanes], from that tap row on
  std::int64_t tap_rows;           // inside the image
  std::int64_t image_row_step, weight_row_step, pixel_step;
  std::int64_t image_width, output_width, stride, pad_left;
  const float* bias;
  std::int64_t channels;  // of the block that exist
};

// Sums of a tile of kOutputs outputs.
template <int kOutputs>
struct DepthwiseSums {
  Vector at[std::size_t{kOutputs}];
};

// One kernel row; `left` is the image column of the first output's window. kEdge: columns outside are
// skipped.
template <int kTaps, int kStride, bool kEdge, int kOutputs, typename Element>
inline void add_kernel_row(const Element* image_row, const float* weights, std::int64_t left,
                           std::int64_t width, std::int64_t pixel_step, DepthwiseSums<kOutputs>& sums) {
  constexpr int kColumns = (kOutputs - 1) * kStride + kTaps;
  Vector w[std::size_t{kTaps}];
#pragma GCC unroll 7
  for (int tap = 0; tap < kTaps; ++tap)
    w[tap] = load(weights + tap * kLanes);
  const Element* from = image_row + left * pixel_step;
#pragma GCC unroll 19
  for (int column = 0; column < kColumns; ++column, from += pixel_step) {
    if (kEdge && (left + column < 0 || left + column >= width)) continue;
    const Vector x = load(from);
#pragma GCC unroll 7
    for (int tap = 0; tap < kTaps; ++tap) {
      const int offset = column - tap;
      if (offset >= 0 && offset % kStride == 0 && offset / kStride < kOutputs)
        multiply_add(x, w[tap], sums.at[offset / kStride]);
    }
  }
}

// Any number of taps, stride and dilation: a load for each product.
template <int kOutputs, typename Element>
inline void add_any_kernel_row(const ConvolutionProblem& p, const Element* image_row, const float* weights,
                               std::int64_t left, DepthwiseSums<kOutputs>& sums) {
  for (std::int64_t tap = 0; tap < p.kernel_width; ++tap) {
    const Vector w = load(weights + tap * kLanes);
    std::int64_t column = left + tap * p.dilation_width;
#pragma GCC unroll 7
    for (int i = 0; i < kOutputs; ++i, column += p.stride_width) {
      if (column < 0 || column >= p.input_width) continue;
      multiply_add(load(image_row + column * p.input_channels), w, sums.at[i]);
    }
  }
}

template <int kOutputs, typename Element, typename Output>
inline void finish_depthwise_tile(const DepthwiseRow<Element>& row, const DepthwiseSums<kOutputs>& sums,
                                  Output* to) {
  const Vector bias = load(row.bias);
  const Vector low = broadcast(row.problem->output_low);
  const Vector high = broadcast(row.problem->output_high);
  const std::int64_t step = row.pixel_step;
  const std::int64_t channels = row.channels;
  if (channels >= kLanes) {
#pragma GCC unroll 7
    for (int i = 0; i < kOutputs; ++i, to += step)
      store(to, clamp(add(sums.at[i], bias), low, high));
    return;
  }
#pragma GCC unroll 7
  for (int i = 0; i < kOutputs; ++i, to += step)
    store_first(to, clamp(add(sums.at[i], bias), low, high), channels);
}

template <int kTaps, int kStride, bool kEdge, int kOutputs, typename Element, typename Output>
inline void run_depthwise_tile(const DepthwiseRow<Element>& row, std::int64_t left, Output* output) {
  DepthwiseSums<kOutputs> sums;
#pragma GCC unroll 7
  for (int i = 0; i < kOutputs; ++i)
    sums.at[i] = zero();
  const Element* image_row = row.first_image_row;
  const float* weights = row.first_weights;
  for (std::int64_t tap_rows = row.tap_rows; tap_rows > 0; --tap_rows) {
    if constexpr (kTaps == 0) {
      add_any_kernel_row(*row.problem, image_row, weights, left, sums);
    } else {
      add_kernel_row<kTaps, kStride, kEdge>(image_row, weights, left, row.image_width, row.pixel_step, sums);
    }
    image_row += row.image_row_step;
    weights += row.weight_row_step;
  }
  finish_depthwise_tile(row, sums, output);
}

inline constexpr int kDepthwiseOutputs = 7;

template <int kTaps, int kStride, typename Element, typename Output>
__attribute__((noinline)) void run_depthwise_row(const DepthwiseRow<Element>& shared, Output* output) {
  // A copy, which stores of results cannot be thought to change.
  const DepthwiseRow<Element> row = shared;
  constexpr int kColumns = (kDepthwiseOutputs - 1) * kStride + kTaps;
  const std::int64_t width = row.output_width;
  const std::int64_t stride = row.stride;
  const std::int64_t step = row.pixel_step;
  std::int64_t left = -row.pad_left;
  std::int64_t x = 0;
  for (; x + kDepthwiseOutputs <= width; x += kDepthwiseOutputs, left += kDepthwiseOutputs * stride) {
    if (kTaps != 0 && left >= 0 && left + kColumns <= row.image_width) {
      run_depthwise_tile<kTaps, kStride, false, kDepthwiseOutputs>(row, left, output + x * step);
    } else {
      run_depthwise_tile<kTaps, kStride, true, kDepthwiseOutputs>(row, left, output + x * step);
    }
  }
  for (; x + 2 <= width; x += 2, left += 2 * stride)
    run_depthwise_tile<kTaps, kStride, true, 2>(row, left, output + x * step);
  for (; x < width; ++x, left += stride)
    run_depthwise_tile<kTaps, kStride, true, 1>(row, left, output + x * step);
}

template <typename Element, typename Output>
inline void choose_depthwise_row(const DepthwiseRow<Element>& row, Output* output) {
  const ConvolutionProblem& p = *row.problem;
  const bool dense = p.dilation_width == 1 && p.stride_width <= 2;
  switch (dense ? p.kernel_width * 2 + p.stride_width - 1 : 0) {
    case 3 * 2:
      return run_depthwise_row<3, 1>(row, output);
    case 3 * 2 + 1:
      return run_depthwise_row<3, 2>(row, output);
    case 5 * 2:
      return run_depthwise_row<5, 1>(row, output);
    case 5 * 2 + 1:
      return run_depthwise_row<5, 2>(row, output);
    case 7 * 2:
      return run_depthwise_row<7, 1>(row, output);
    case 7 * 2 + 1:
      return run_depthwise_row<7, 2>(row, output);
    default:
      return run_depthwise_row<0, 1>(row, output);
  }
}

// What is the same in a whole layer.
template <typename Element>
inline DepthwiseRow<Element> depthwise_row(const ConvolutionProblem& p) {
  DepthwiseRow<Element> row{};
  row.problem = &p;
  row.image_row_step = std::int64_t{p.dilation_height} * p.input_width * p.input_channels;
  row.weight_row_step = std::int64_t{p.kernel_width} * kLanes;
  row.pixel_step = p.input_channels;
  row.image_width = p.input_width;
  row.output_width = p.output_width;
  row.stride = p.stride_width;
  row.pad_left = p.pad_left;
  return row;
}

// Points a row at the taps of output row y that lie in the image, of the block that begins at `input` and
// `weights`.
template <typename Element>
inline void find_tap_rows(const Element* input, const float* weights, std::int64_t y,
                          DepthwiseRow<Element>& row) {
  const ConvolutionProblem& p = *row.problem;
  const std::int64_t top = y * p.stride_height - p.pad_top;
  const std::int64_t first = top < 0 ? (-top + p.dilation_height - 1) / p.dilation_height : 0;
  const std::int64_t below = p.input_height - top;
  std::int64_t end = below > 0 ? (below + p.dilation_height - 1) / p.dilation_height : 0;
  end = end < p.kernel_height ? end : p.kernel_height;
  row.tap_rows = end > first ? end - first : 0;
  if (row.tap_rows == 0) return;
  row.first_image_row = input + (top + first * p.dilation_height) * p.input_width * p.input_channels;
  row.first_weights = weights + first * row.weight_row_step;
}

// A band of output rows, the blocks of a cache line together: their rows stay in the first-level cache from
// one output row to the next.
template <typename Element, typename Output>
inline void run_depthwise_task(const ConvolutionCall& call, std::int64_t task, std::int64_t tasks) {
  constexpr std::int64_t kLineBlocks = 64 / (kLanes * static_cast<std::int64_t>(sizeof(Element)));
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t first_row = p.output_height * task / tasks;
  const std::int64_t last_row = p.output_height * (task + 1) / tasks;
  const std::int64_t block_weights = convolution_depth(p) * kLanes;
  const std::int64_t blocks = (p.input_channels + kLanes - 1) / kLanes;
  const auto* weights = static_cast<const float*>(call.packed);
  const float* bias = weights + blocks * block_weights;
  DepthwiseRow<Element> row = depthwise_row<Element>(p);
  for (std::int64_t line = 0; line < blocks; line += kLineBlocks) {
    const std::int64_t end = line + kLineBlocks < blocks ? line + kLineBlocks : blocks;
    for (std::int64_t y = first_row; y < last_row; ++y) {
      Output* output = static_cast<Output*>(call.output) + y * p.output_width * p.output_channels;
      for (std::int64_t block = line; block < end; ++block) {
        find_tap_rows(static_cast<const Element*>(call.input) + block * kLanes,
                      weights + block * block_weights, y, row);
        row.bias = bias + block * kLanes;
        row.channels = p.input_channels - block * kLanes;
        choose_depthwise_row(row, output + block * kLanes);
      }
    }
  }
}

}  // namespace
}  // namespace bitplace
