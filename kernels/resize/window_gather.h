// Gathering pixels 16 bytes at a time, for the x86 files of resize. Internal linkage throughout.
#pragma once

#include <immintrin.h>

#include <cstring>

#include "kernels/resize/resize.h"

namespace bitplace {
namespace {

inline __m128i load_window(const std::uint8_t* row, std::uint32_t offset) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + offset));
}

template <bool kSplit>
inline __m128i gather_group(const ColumnGroups& groups, std::int64_t g, const std::uint8_t* row) {
  const auto mask = [g](const std::uint8_t* masks) {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(masks + g * kWindowBytes));
  };
  const __m128i first = _mm_shuffle_epi8(load_window(row, groups.first[g]), mask(groups.first_mask));
  if (!kSplit) return first;
  return _mm_or_si128(first, _mm_shuffle_epi8(load_window(row, groups.second[g]), mask(groups.second_mask)));
}

// Each group stores 16 bytes, of which the next group overwrites those that do not count; the last groups,
// whose 16 bytes would pass the row's end, go through memory of their own.
template <bool kSplit>
inline void gather_row(const ResizeColumns& columns, const std::uint8_t* row, std::uint8_t* out) {
  const ColumnGroups& groups = columns.groups;
  const std::int64_t step = groups.group_pixels * kResizeChannels;
  const std::int64_t bytes = std::int64_t{columns.width} * kResizeChannels;
  const std::int64_t whole = bytes < kWindowBytes ? 0 : (bytes - kWindowBytes) / step + 1;
  for (std::int64_t g = 0; g < whole; ++g)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + g * step), gather_group<kSplit>(groups, g, row));
  const std::int64_t done = whole * step;
  if (done >= bytes) return;
  std::uint8_t last[4 * kWindowBytes];  // fewer than 16 bytes are left, and a group has 6 or more
  for (std::int64_t g = whole; g * step < bytes; ++g)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(last + g * step - done),
                     gather_group<kSplit>(groups, g, row));
  std::memcpy(out + done, last, static_cast<std::size_t>(bytes - done));
}

void gather_columns(const ResizeColumns& columns, const std::uint8_t* row, std::uint8_t* out) {
  return columns.groups.split ? gather_row<true>(columns, row, out) : gather_row<false>(columns, row, out);
}

}  // namespace
}  // namespace bitplace
