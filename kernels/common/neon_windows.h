// Windows gathered into dense rows. Included by NEON files only; internal linkage throughout, no standard
// library.
//
// A convolution runs as a matrix product of gathered windows with weight rows. Gathering costs one 16-byte
// load and store per 16 bytes of a window, once per task, against (outputs of the task) x 3 or more
// instructions per 16 bytes of arithmetic, and in return the inner loops know nothing of kernel size, stride,
// dilation and padding, and depths are not rounded up per kernel row.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/common/neon_blocks.h"

namespace bitplace {
namespace {

// Taps [begin, end) of one axis that read inside the input.
struct TapRange {
  std::int64_t begin, end;
};

inline TapRange taps_inside(std::int64_t origin, std::int64_t taps, std::int64_t dilation,
                            std::int64_t extent) {
  if (origin >= 0 && origin + (taps - 1) * dilation < extent) return {0, taps};  // spares most divisions
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

// A whole window whose first tap is at `from`, as gather_window writes it.
inline void gather_inside(const ConvolutionProblem& p, const std::uint8_t* from, std::int64_t pixel_stride,
                          std::int64_t pixel_bytes, std::uint8_t* window) {
  const std::int64_t row_stride = std::int64_t{p.dilation_height} * p.input_width * pixel_stride;
  const std::int64_t kernel_height = p.kernel_height;
  const std::int64_t kernel_width = p.kernel_width;
  const std::int64_t tap_stride = p.dilation_width * pixel_stride;
  const std::int64_t row_bytes = kernel_width * pixel_bytes;
  const bool dense = tap_stride == pixel_bytes;
  for (std::int64_t ky = 0; ky < kernel_height; ++ky, window += row_bytes, from += row_stride) {
    if (dense) {
      copy_loosely(window, from, row_bytes);
    } else {
      for (std::int64_t kx = 0; kx < kernel_width; ++kx)
        copy_loosely(window + kx * pixel_bytes, from + kx * tap_stride, pixel_bytes);
    }
  }
  vst1q_u8(window, vdupq_n_u8(0));
}

// Writes the window at `position` as kernel_height * kernel_width * pixel_bytes dense bytes, 0 where a tap
// lies outside, then zeros up to a multiple of 16. Every loose copy is followed by what it overwrote. Pixels
// lie pixel_stride bytes apart: further than pixel_bytes where a window sees one group of the channels.
inline void gather_window(const ConvolutionProblem& p, const std::uint8_t* input, std::int64_t pixel_stride,
                          std::int64_t pixel_bytes, const WindowTaps& taps, std::uint8_t* window) {
  if (taps.rows.end - taps.rows.begin == p.kernel_height &&
      taps.columns.end - taps.columns.begin == p.kernel_width) {
    gather_inside(p, input + (taps.y * p.input_width + taps.x) * pixel_stride, pixel_stride, pixel_bytes,
                  window);
    return;
  }
  const std::int64_t row_bytes = p.kernel_width * pixel_bytes;
  for (std::int64_t ky = 0; ky < p.kernel_height; ++ky, window += row_bytes) {
    const std::int64_t inside = taps.columns.end - taps.columns.begin;
    if (ky < taps.rows.begin || ky >= taps.rows.end || inside == 0) {
      clear_loosely(window, row_bytes);
      continue;
    }
    const std::int64_t y = taps.y + ky * p.dilation_height;
    const std::int64_t x = taps.x + taps.columns.begin * p.dilation_width;
    const std::uint8_t* from = input + (y * p.input_width + x) * pixel_stride;
    std::uint8_t* to = window + taps.columns.begin * pixel_bytes;
    clear_loosely(window, taps.columns.begin * pixel_bytes);
    if (p.dilation_width == 1 && pixel_stride == pixel_bytes) {
      copy_loosely(to, from, inside * pixel_bytes);
    } else {
      for (std::int64_t kx = 0; kx < inside; ++kx)
        copy_loosely(to + kx * pixel_bytes, from + kx * p.dilation_width * pixel_stride, pixel_bytes);
    }
    clear_loosely(to + inside * pixel_bytes, (p.kernel_width - taps.columns.end) * pixel_bytes);
  }
  vst1q_u8(window, vdupq_n_u8(0));
}

}  // namespace
}  // namespace bitplace
