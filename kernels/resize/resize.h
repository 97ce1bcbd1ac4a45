// Rows of an image, resized: the columns of a source row blended or gathered, two blended rows mixed.
//
// Bilinear (docs/preprocessing.md). Per channel of an output pixel, with 11-bit weights a and b:
//   blend_columns   s = (left * a0 + right * a1) >> 4            at most 32640
//   mix_rows        ((upper * b0 >> 16) + (lower * b1 >> 16) + 2) >> 2
// Nearest, and a change of channel order alone, are gather_columns: bytes are moved.
//
// Source rows are the user's memory: nothing past their last byte is read. Both results of a row are kept in
// the library's memory: blend_columns may write kTailPad bytes more than the row has, the others may not.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

inline constexpr int kResizeChannels = 3;

// An output pixel's source: offsets in bytes of its two pixels in the row, and their weights.
struct ColumnTap {
  std::uint32_t left;
  std::uint32_t right;
  std::uint16_t left_weight;
  std::uint16_t right_weight;
};

// A source row as the vector rows read it, 16 bytes at a time: each group of output pixels lies in one window
// of 16 bytes, or where `split` says so in two. Byte k of a group is byte mask[k] of its window; 0x80 is
// none.
//   blending: a group is two pixels, its bytes (left, right) per channel, and each weight is 16 * high + low
//   gathering: a group is `group_pixels` pixels, three bytes each
// Every window lies inside the row. There are groups for all of a row and up to the next multiple of
// kGroupMultiple.
struct ColumnGroups {
  std::int32_t count;
  std::int32_t group_pixels;
  bool split;
  const std::uint32_t* first;      // [count] offset of the window
  const std::uint32_t* second;     // the other window's
  const std::uint8_t* first_mask;  // [count][16]
  const std::uint8_t* second_mask;
  const std::uint8_t* high;  // [count][16], at most 127
  const std::uint8_t* low;   // at most 16
};
inline constexpr std::int32_t kWindowBytes = 16;
inline constexpr std::int32_t kGroupMultiple = 4;
inline constexpr std::int32_t kBlendPixels = 2;

struct ResizeColumns {
  std::int32_t width;                      // of the output
  std::uint8_t channels[kResizeChannels];  // where the output's channels lie in a source pixel
  const ColumnTap* taps;                   // [width]
  ColumnGroups groups;                     // of rows of at least kWindowBytes
};

struct ResizeKernel {
  const char* name;
  IsaFeatures features;
  bool reads_taps;  // and takes rows of any length; the others read groups
  void (*blend_columns)(const ResizeColumns& columns, const std::uint8_t* row, std::int16_t* out);
  void (*mix_rows)(const std::int16_t* upper, const std::int16_t* lower, std::int32_t upper_weight,
                   std::int32_t lower_weight, std::int64_t count, std::uint8_t* out);
  void (*gather_columns)(const ResizeColumns& columns, const std::uint8_t* row, std::uint8_t* out);
};

KernelTable<ResizeKernel> resize_kernels();

}  // namespace bitplace
