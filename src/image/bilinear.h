// cv2.resize(..., INTER_LINEAR) on u8, exactly.
//
// Horizontally each channel of each output pixel is S = p0 * a0 + p1 * a1 with 11-bit a, of which OpenCV's
// vertical pass uses only S >> 4 (at most 32640, so it fits s16); vertically it is
// (((S0 >> 4) * b0 >> 16) + ((S1 >> 4) * b1 >> 16) + 2) >> 2.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitplace/image.h"

namespace bitplace {

// How one output column is made of source pixels.
struct ResizeColumn {
  std::uint64_t weights;  // a1, and a0 in higher bits: 24 for three bytes per pixel, otherwise 32
  std::uint32_t offset;   // of the left pixel in bytes
};

struct ResizeJob {
  ImageView image;  // stride filled in
  int width;        // of the output
  int height;
  bool reverse;           // swap the first and third channel
  ResizeColumn* columns;  // `width` of them, filled by prepare_columns
};

void prepare_columns(const ResizeJob& job);

// Elements of one intermediate row: S >> 4.
constexpr std::size_t bilinear_row_elements(int width) {
  return static_cast<std::size_t>(width) * 3;
}

// Output rows [begin, end) to out + row * width * 3. `rows` has room for two intermediate rows.
void resize_bilinear_rows(const ResizeJob& job, int begin, int end, std::int16_t* rows, std::uint8_t* out);

}  // namespace bitplace
