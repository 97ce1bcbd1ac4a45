// What the NEON convolutions share: windows gathered into dense rows, and pooling and epilogue over blocks of
// 32 output channels. Included by NEON files only; internal linkage throughout, no standard library.
//
// A convolution runs as a matrix product of gathered windows with weight rows. Gathering costs one 16-byte
// load and store per 16 bytes of a window, once per task, against (outputs of the task) x 3 or more
// instructions per 16 bytes of arithmetic, and in return the inner loops know nothing of kernel size, stride,
// dilation and padding, and depths are not rounded up per kernel row.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/common/neon_bits.h"
#include "kernels/common/neon_blocks.h"

namespace bitplace {
namespace {

inline constexpr std::int64_t kBlockVectors = kBlockOutputs / 4;

// Taps [begin, end) of one axis that read inside the input.
struct TapRange {
  std::int64_t begin, end;
};

inline TapRange taps_inside(std::int64_t origin, std::int64_t taps, std::int64_t dilation,
                            std::int64_t extent) {
  std::int64_t begin = origin >= 0 ? 0 : (-origin + dilation - 1) / dilation;
  std::int64_t end = origin >= extent ? 0 : (extent - origin + dilation - 1) / dilation;
  begin = begin < taps ? begin : taps;
  end = end < taps ? end : taps;
  return {begin, end < begin ? begin : end};
}

// One position of the unpooled output.
struct Position {
  std::int64_t row, column;
};

// Position `index` of a row of pooled outputs: window after window, each row by row.
inline Position position_at(const ConvolutionProblem& p, std::int64_t output_row, std::int64_t index) {
  const std::int64_t area = std::int64_t{p.pool_height} * p.pool_width;
  const std::int64_t pixel = index / area;
  const std::int64_t in_window = index % area;
  return {output_row * p.pool_height + in_window / p.pool_width,
          pixel * p.pool_width + in_window % p.pool_width};
}

inline std::int64_t row_positions(const ConvolutionProblem& p) {
  return std::int64_t{p.output_width} * p.pool_height * p.pool_width;
}

struct WindowTaps {
  std::int64_t y, x;  // of tap (0, 0)
  TapRange rows, columns;
};

inline WindowTaps window_taps(const ConvolutionProblem& p, Position position) {
  const std::int64_t y = position.row * p.stride_height - p.pad_top;
  const std::int64_t x = position.column * p.stride_width - p.pad_left;
  return {y, x, taps_inside(y, p.kernel_height, p.dilation_height, p.input_height),
          taps_inside(x, p.kernel_width, p.dilation_width, p.input_width)};
}

// Copies in steps of 16 bytes: reads and writes up to 15 bytes more than it should.
inline void copy_loosely(std::uint8_t* to, const std::uint8_t* from, std::int64_t bytes) {
  for (std::int64_t i = 0; i < bytes; i += kCopyBytes)
    vst1q_u8(to + i, vld1q_u8(from + i));
}

inline void clear_loosely(std::uint8_t* to, std::int64_t bytes) {
  for (std::int64_t i = 0; i < bytes; i += kCopyBytes)
    vst1q_u8(to + i, vdupq_n_u8(0));
}

// Writes the window at `position` as kernel_height * kernel_width * pixel_bytes dense bytes, 0 where a tap
// lies outside, then zeros up to a multiple of 16. Every loose copy is followed by what it overwrote.
inline void gather_window(const ConvolutionProblem& p, const std::uint8_t* input, std::int64_t pixel_bytes,
                          const WindowTaps& taps, std::uint8_t* window) {
  const std::int64_t row_bytes = p.kernel_width * pixel_bytes;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky, window += row_bytes) {
    const std::int64_t inside = taps.columns.end - taps.columns.begin;
    if (ky < taps.rows.begin || ky >= taps.rows.end || inside == 0) {
      clear_loosely(window, row_bytes);
      continue;
    }
    const std::int64_t y = taps.y + ky * p.dilation_height;
    const std::int64_t x = taps.x + taps.columns.begin * p.dilation_width;
    const std::uint8_t* from = input + (y * p.input_width + x) * pixel_bytes;
    std::uint8_t* to = window + taps.columns.begin * pixel_bytes;
    clear_loosely(window, taps.columns.begin * pixel_bytes);
    if (p.dilation_width == 1) {
      copy_loosely(to, from, inside * pixel_bytes);
    } else {
      for (std::int64_t kx = 0; kx < inside; ++kx)
        copy_loosely(to + kx * pixel_bytes, from + kx * p.dilation_width * pixel_bytes, pixel_bytes);
    }
    clear_loosely(to + inside * pixel_bytes, (p.kernel_width - taps.columns.end) * pixel_bytes);
  }
  vst1q_u8(window, vdupq_n_u8(0));
}

// The 32 accumulators of one block at one position.
struct BlockSums {
  int32x4_t at[kBlockVectors];
};

// Writes the finished maxima of one pooled pixel and one block.
inline void finish_pixel(const ConvolutionCall& call, const EpilogueConstants& constants, std::int64_t pixel,
                         std::int64_t block, const BlockSums& sums) {
  const ConvolutionProblem& p = *call.problem;
  if (p.epilogue == ConvolutionEpilogue::threshold_b1) {
    uint32x4_t below[kBlockVectors];
    for (std::int64_t v = 0; v < kBlockVectors; ++v)
      below[v] = vcltq_s32(sums.at[v], vld1q_s32(constants.threshold + block * kBlockOutputs + v * 4));
    auto* output = static_cast<std::uint32_t*>(call.output) + pixel * output_blocks(p) + block;
    *output = bits_of_masks(below) ^ constants.flip[block];
    return;
  }
  auto* output = static_cast<std::int32_t*>(call.output) + pixel * p.output_channels + block * kBlockOutputs;
  const std::int64_t left = p.output_channels - block * kBlockOutputs;
  for (std::int64_t v = 0; v < kBlockVectors && v * 4 < left; ++v) {
    if (left - v * 4 >= 4) {
      vst1q_s32(output + v * 4, sums.at[v]);
    } else {
      std::int32_t lanes[4];
      vst1q_s32(lanes, sums.at[v]);
      for (std::int64_t i = 0; i < left - v * 4; ++i)
        output[v * 4 + i] = lanes[i];
    }
  }
}

// Pools the accumulators of position `index` of output row `row`: keeps the maximum of a window in `best` and
// hands it on when the window is complete. Positions come in order.
inline void pool_position(const ConvolutionCall& call, const EpilogueConstants& constants, std::int64_t row,
                          std::int64_t index, std::int64_t block, const BlockSums& sums, BlockSums& best) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t area = std::int64_t{p.pool_height} * p.pool_width;
  const std::int64_t in_window = index % area;
  for (std::int64_t v = 0; v < kBlockVectors; ++v)
    best.at[v] = in_window == 0 ? sums.at[v] : vmaxq_s32(best.at[v], sums.at[v]);
  if (in_window == area - 1) finish_pixel(call, constants, row * p.output_width + index / area, block, best);
}

}  // namespace
}  // namespace bitplace
