// Unpacks vertically adjacent codes into the slots of depthwise_slots.h, with AVX2: one chunk of 32 channels
// and a stretch of columns at a time, into a buffer that stays in the first-level cache. Everything lies in
// an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/depthwise_s8_s8/depthwise_slots.h"

namespace bitplace::depthwise_slots {
namespace {

constexpr std::int64_t kBufferColumns = 256;  // of one slot group each
constexpr std::int64_t kUsualColumns = 128;   // half of the smallest first-level cache

struct SlotBuffer {
  alignas(64) std::uint8_t bytes[kBufferColumns * kChunkBytes];
};

// Columns [first, first + count) of the input; those outside the image are padding.
struct ColumnRange {
  std::int64_t first, count;
};

// One input row per slot. Rows that do not exist, or that no weight looks at, read zeros in place.
struct SlotRows {
  const std::uint8_t* row[4];
  std::int64_t step[4];
};

alignas(32) constexpr std::uint8_t kZeros[kChunkChannels] = {};
constexpr SlotRows kPaddingRows = {{kZeros, kZeros, kZeros, kZeros}, {0, 0, 0, 0}};

// `needed`: slots that some output has a weight for.
inline SlotRows slot_rows(const ConvolutionCall& call, const SlotForm& form, std::int64_t channel,
                          std::int64_t first_row, std::int64_t group, std::int64_t needed) {
  const ConvolutionProblem& p = *call.problem;
  SlotRows rows;
  for (std::int64_t s = 0; s < form.slots; ++s) {
    const std::int64_t slot = group * form.slots + s;
    const std::int64_t y = first_row + slot * p.dilation_height;
    const bool exists = slot < needed && y >= 0 && y < p.input_height;
    rows.row[s] =
        exists ? static_cast<const std::uint8_t*>(call.input) + y * p.input_width * p.input_channels + channel
               : kZeros;
    rows.step[s] = exists ? p.input_channels : 0;
  }
  return rows;
}

inline __m256i load_row(const SlotRows& rows, int slot, std::int64_t column) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows.row[slot] + column * rows.step[slot]));
}

inline void store_vectors(std::uint8_t* to, __m256i v0, __m256i v1, __m256i v2, __m256i v3) {
  auto* out = reinterpret_cast<__m256i*>(to);
  _mm256_store_si256(out, v0);
  _mm256_store_si256(out + 1, v1);
  _mm256_store_si256(out + 2, v2);
  _mm256_store_si256(out + 3, v3);
}

// Four bytes per lane. kOffset: whether codes differ from what is in memory.
template <bool kOffset>
struct ByteSlots {
  [[gnu::always_inline]] static void vectors(const SlotRows& rows, std::int64_t column, __m256i offset,
                                             __m256i (&to)[4]) {
    __m256i row[4];
#pragma GCC unroll 4
    for (int s = 0; s < 4; ++s) {
      row[s] = load_row(rows, s, column);
      if (kOffset) row[s] = _mm256_add_epi8(row[s], offset);
    }
    const __m256i low01 = _mm256_unpacklo_epi8(row[0], row[1]);
    const __m256i high01 = _mm256_unpackhi_epi8(row[0], row[1]);
    const __m256i low23 = _mm256_unpacklo_epi8(row[2], row[3]);
    const __m256i high23 = _mm256_unpackhi_epi8(row[2], row[3]);
    to[0] = _mm256_unpacklo_epi16(low01, low23);
    to[1] = _mm256_unpackhi_epi16(low01, low23);
    to[2] = _mm256_unpacklo_epi16(high01, high23);
    to[3] = _mm256_unpackhi_epi16(high01, high23);
  }
  static void unpack(const SlotRows& rows, std::int64_t column, __m256i offset, std::uint8_t* to) {
    __m256i v[4];
    vectors(rows, column, offset, v);
    store_vectors(to, v[0], v[1], v[2], v[3]);
  }
};

// Two words per lane.
struct WordSlots {
  static void unpack(const SlotRows& rows, std::int64_t column, __m256i offset, std::uint8_t* to) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i row0 = _mm256_add_epi8(load_row(rows, 0, column), offset);
    const __m256i row1 = _mm256_add_epi8(load_row(rows, 1, column), offset);
    const __m256i low = _mm256_unpacklo_epi8(row0, row1);
    const __m256i high = _mm256_unpackhi_epi8(row0, row1);
    store_vectors(to, _mm256_unpacklo_epi8(low, zero), _mm256_unpackhi_epi8(low, zero),
                  _mm256_unpacklo_epi8(high, zero), _mm256_unpackhi_epi8(high, zero));
  }
};

template <typename Slots>
inline std::uint8_t* build_columns(SlotRows rows, std::int64_t first, std::int64_t count, __m256i offset,
                                   std::uint8_t* to) {
  for (std::int64_t x = first; x < first + count; ++x, to += kChunkBytes)
    Slots::unpack(rows, x, offset, to);
  return to;
}

inline std::int64_t between(std::int64_t value, std::int64_t low, std::int64_t high) {
  return value < low ? low : value > high ? high : value;
}

template <typename Slots>
inline void build_group(const SlotRows& rows, const ConvolutionProblem& p, const ColumnRange& columns,
                        __m256i offset, std::uint8_t* to) {
  const std::int64_t left = between(-columns.first, 0, columns.count);
  const std::int64_t right = between(columns.first + columns.count - p.input_width, 0, columns.count - left);
  to = build_columns<Slots>(kPaddingRows, 0, left, offset, to);
  to = build_columns<Slots>(rows, columns.first + left, columns.count - left - right, offset, to);
  build_columns<Slots>(kPaddingRows, 0, right, offset, to);
}

}  // namespace
}  // namespace bitplace::depthwise_slots
