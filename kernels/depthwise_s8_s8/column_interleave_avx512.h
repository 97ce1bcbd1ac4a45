// Interleaving 4 input rows of a column into quads (column_quads.h) on 512-bit vectors. Included by AVX-512
// files only, each of which gets its own copy.
#pragma once

#include <immintrin.h>

#include "kernels/depthwise_s8_s8/column_quads.h"

namespace bitplace::column_quads {
namespace {

// Four input rows of one chunk of channels; a row outside the image is zeros that never move on.
struct QuadRows {
  const std::uint8_t* at[4];
  std::int64_t step[4];
};

// The quads of one column: lanes come out in the order that packing V vectors undoes.
template <std::size_t V>
struct ColumnQuads;

template <>
struct ColumnQuads<4> {
  [[gnu::always_inline]] static void interleave(const QuadRows& rows, std::int64_t x, __m512i flip,
                                                __m512i (&quads)[4]) {
    __m512i row[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      row[i] = _mm512_xor_si512(_mm512_loadu_si512(rows.at[i] + x * rows.step[i]), flip);
    const __m512i upper_low = _mm512_unpacklo_epi8(row[0], row[1]);
    const __m512i upper_high = _mm512_unpackhi_epi8(row[0], row[1]);
    const __m512i lower_low = _mm512_unpacklo_epi8(row[2], row[3]);
    const __m512i lower_high = _mm512_unpackhi_epi8(row[2], row[3]);
    quads[0] = _mm512_unpacklo_epi16(upper_low, lower_low);
    quads[1] = _mm512_unpackhi_epi16(upper_low, lower_low);
    quads[2] = _mm512_unpacklo_epi16(upper_high, lower_high);
    quads[3] = _mm512_unpackhi_epi16(upper_high, lower_high);
  }
};

// 32 channels, 8 to each 128-bit lane.
template <>
struct ColumnQuads<2> {
  [[gnu::always_inline]] static void interleave(const QuadRows& rows, std::int64_t x, __m512i flip,
                                                __m512i (&quads)[2]) {
    const __m512i eighths = _mm512_setr_epi64(0, 0, 1, 1, 2, 2, 3, 3);
    __m512i row[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const auto* from = reinterpret_cast<const __m256i*>(rows.at[i] + x * rows.step[i]);
      const __m512i channels = _mm512_castsi256_si512(_mm256_loadu_si256(from));
      row[i] = _mm512_xor_si512(_mm512_permutexvar_epi64(eighths, channels), flip);
    }
    const __m512i upper = _mm512_unpacklo_epi8(row[0], row[1]);
    const __m512i lower = _mm512_unpacklo_epi8(row[2], row[3]);
    quads[0] = _mm512_unpacklo_epi16(upper, lower);
    quads[1] = _mm512_unpackhi_epi16(upper, lower);
  }
};

// 16 channels: rows side by side, then a transposition of dwords and one of bytes.
template <>
struct ColumnQuads<1> {
  [[gnu::always_inline]] static void interleave(const QuadRows& rows, std::int64_t x, __m512i flip,
                                                __m512i (&quads)[1]) {
    const __m512i dwords = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i bytes =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const auto row = [&](int i) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows.at[i] + x * rows.step[i]));
    };
    __m512i all = _mm512_broadcast_i32x4(row(0));
    all = _mm512_mask_broadcast_i32x4(all, 0x00f0, row(1));
    all = _mm512_mask_broadcast_i32x4(all, 0x0f00, row(2));
    all = _mm512_mask_broadcast_i32x4(all, 0xf000, row(3));
    all = _mm512_permutexvar_epi32(dwords, _mm512_xor_si512(all, flip));
    quads[0] = _mm512_shuffle_epi8(all, bytes);
  }
};

// Where the quads of a strip come from. Columns beyond the image's are border.
struct Columns {
  QuadRows rows[kMostQuads];
  std::int64_t first, width;
  __m512i flip;
};

template <std::size_t V>
[[gnu::always_inline]] inline void column_quads_at(const Columns& columns, std::int64_t q,
                                                   std::int64_t column, __m512i (&quads)[V]) {
  const std::int64_t x = columns.first + column;
  if (x >= 0 && x < columns.width) {
    ColumnQuads<V>::interleave(columns.rows[q], x, columns.flip, quads);
  } else {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      quads[v] = columns.flip;
  }
}

// Column after column of one quad's rows. A copy of what it needs, so that the compiler knows that storing
// outputs does not change it.
template <std::size_t V>
class ColumnReader {
 public:
  explicit ColumnReader(const Columns& columns)
      : rows_(columns.rows[0]), x_(columns.first), width_(columns.width), flip_(columns.flip) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      rows_.at[i] += x_ * rows_.step[i];
  }

  [[gnu::always_inline]] void next(__m512i (&quads)[V]) {
    if (x_ >= 0 && x_ < width_) {
      ColumnQuads<V>::interleave(rows_, 0, flip_, quads);
    } else {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v)
        quads[v] = flip_;
    }
    ++x_;
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      rows_.at[i] += rows_.step[i];
  }

 private:
  QuadRows rows_;
  std::int64_t x_, width_;
  __m512i flip_;
};

alignas(64) constexpr std::uint8_t kZeros[64] = {};

// The input rows of quad q for the output rows from `row` on.
inline QuadRows quad_rows(const ConvolutionCall& call, const Chunk& chunk, std::int64_t row,
                          std::int64_t rows_together, std::int64_t q) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t window_rows = p.kernel_height + rows_together - 1;
  QuadRows rows;
  for (std::int64_t i = 0; i < 4; ++i) {
    const std::int64_t y = row * p.stride_height - p.pad_top + (4 * q + i) * p.dilation_height;
    const bool inside = y >= 0 && y < p.input_height && 4 * q + i < window_rows;
    rows.at[i] = inside ? static_cast<const std::uint8_t*>(call.input) +
                              y * p.input_width * p.input_channels + chunk.channel
                        : kZeros;
    rows.step[i] = inside ? p.input_channels : 0;
  }
  return rows;
}

}  // namespace
}  // namespace bitplace::column_quads
