// The definition of resizing: one channel of one pixel at a time.

#include "kernels/resize/resize.h"

namespace bitplace {
namespace {

void blend_columns(const ResizeColumns& columns, const std::uint8_t* row, std::int16_t* out) {
  for (std::int32_t x = 0; x < columns.width; ++x) {
    const ColumnTap& tap = columns.taps[x];
    for (const std::uint8_t channel : columns.channels) {
      const std::int32_t left = row[tap.left + channel];
      const std::int32_t right = row[tap.right + channel];
      *out++ = static_cast<std::int16_t>((left * tap.left_weight + right * tap.right_weight) >> 4);
    }
  }
}

void mix_rows(const std::int16_t* upper, const std::int16_t* lower, std::int32_t upper_weight,
              std::int32_t lower_weight, std::int64_t count, std::uint8_t* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int32_t sum = (upper[i] * upper_weight >> 16) + (lower[i] * lower_weight >> 16);
    out[i] = static_cast<std::uint8_t>((sum + 2) >> 2);
  }
}

void gather_columns(const ResizeColumns& columns, const std::uint8_t* row, std::uint8_t* out) {
  for (std::int32_t x = 0; x < columns.width; ++x) {
    for (const std::uint8_t channel : columns.channels)
      *out++ = row[columns.taps[x].left + channel];
  }
}

}  // namespace

extern const ResizeKernel resize__ref = {"resize__ref", 0, true, blend_columns, mix_rows, gather_columns};

}  // namespace bitplace
