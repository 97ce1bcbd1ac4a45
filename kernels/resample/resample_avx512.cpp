// Columns: four output pixels, one in each quarter of a vector, on four source rows that share their weights;
// rows: 32 bytes at a time. resample_avx2.cpp derives the arithmetic.
//
// Registers: eight sums, four weights, two masks, the window and its two halves: 17 of 32.
// Preconditions: reads_windows of resample.h.
// Measured, AMD EPYC (Zen 4), columns of 640 pixels to 320 by 22-bit weights: 35 cycles per block of four
// pixels and four rows. Each of its 56 operations of 512 bits takes two pipes of four, 28 cycles, 80 %: on
// this core no faster than AVX2.
#include <immintrin.h>

#include <cstring>

#include "kernels/resample/resample.h"

namespace bitplace {
namespace {

inline __m128i load_quarter(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

inline __m512i add(__m512i a, __m512i b) {
  return _mm512_add_epi32(a, b);
}

// Masked broadcasts from memory need no shuffle unit.
inline __m512i load_windows(const std::uint8_t* row, const std::uint32_t* offsets) {
  __m512i windows = _mm512_castsi128_si512(load_quarter(row + offsets[0]));
  windows = _mm512_mask_broadcast_i32x4(windows, 0x00f0, load_quarter(row + offsets[1]));
  windows = _mm512_mask_broadcast_i32x4(windows, 0x0f00, load_quarter(row + offsets[2]));
  return _mm512_mask_broadcast_i32x4(windows, 0xf000, load_quarter(row + offsets[3]));
}

// Sums of four pixels, those of the lower parts only where they count.
template <bool kLow>
struct Sums {
  __m512i high[kFilterRows];
  __m512i low[kLow ? kFilterRows : 1];
};

template <bool kLow>
inline Sums<kLow> filter_group(const FilterColumns& columns, const FilterGroup& group, const TapBlock* taps,
                               const std::uint8_t* const* rows, __m512i start) {
  const __m512i first_mask = _mm512_broadcast_i32x4(load_quarter(columns.masks[group.at_end][0]));
  const __m512i last_mask = _mm512_broadcast_i32x4(load_quarter(columns.masks[group.at_end][1]));
  Sums<kLow> sums;
  for (std::int32_t r = 0; r < kFilterRows; ++r) {
    sums.high[r] = kLow ? _mm512_setzero_si512() : start;
    if constexpr (kLow) sums.low[r] = start;
  }
  std::int64_t at = 0;
  const std::int64_t step = kBlockTaps * columns.pixel_bytes;
  for (std::uint32_t b = 0; b < group.blocks; ++b, at += step) {
    const __m512i weights = _mm512_loadu_si512(taps + b * kFilterGroup);
    const __m512i first_high = _mm512_shuffle_epi32(weights, _MM_PERM_AAAA);
    const __m512i last_high = _mm512_shuffle_epi32(weights, _MM_PERM_BBBB);
    const __m512i first_low = _mm512_shuffle_epi32(weights, _MM_PERM_CCCC);
    const __m512i last_low = _mm512_shuffle_epi32(weights, _MM_PERM_DDDD);
    for (std::int32_t r = 0; r < kFilterRows; ++r) {
      const __m512i windows = load_windows(rows[r] + at, group.first);
      const __m512i first = _mm512_shuffle_epi8(windows, first_mask);
      const __m512i last = _mm512_shuffle_epi8(windows, last_mask);
      sums.high[r] =
          add(sums.high[r], add(_mm512_madd_epi16(first, first_high), _mm512_madd_epi16(last, last_high)));
      if constexpr (kLow) {
        sums.low[r] =
            add(sums.low[r], add(_mm512_madd_epi16(first, first_low), _mm512_madd_epi16(last, last_low)));
      }
    }
  }
  return sums;
}

inline __m512i whole(__m512i high, __m512i low) {
  return _mm512_srai_epi32(add(_mm512_slli_epi32(high, kFilterLowBits), low), kFilterBits);
}

void columns_to_bytes(const FilterColumns& columns, const std::uint8_t* const* rows,
                      std::uint8_t* const* out) {
  const __m512i close =
      _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  const __m512i transpose = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const __m512i start = _mm512_set1_epi32(1 << (kFilterBits - 1));
  const TapBlock* taps = columns.taps;
  for (std::int32_t g = 0; g < columns.groups; ++g) {
    const FilterGroup& group = columns.group[g];
    const Sums<true> sums = filter_group<true>(columns, group, taps, rows, start);
    const __m512i upper =
        _mm512_packs_epi32(whole(sums.high[0], sums.low[0]), whole(sums.high[1], sums.low[1]));
    const __m512i lower =
        _mm512_packs_epi32(whole(sums.high[2], sums.low[2]), whole(sums.high[3], sums.low[3]));
    const __m512i by_row = _mm512_permutexvar_epi32(transpose, _mm512_packus_epi16(upper, lower));
    const __m512i closed = _mm512_shuffle_epi8(by_row, close);
    const std::int32_t at = g * kFilterGroup * kFilterChannels;
    const auto store = [at](std::uint8_t* row, __m128i bytes) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(row + at), bytes);
    };
    store(out[0], _mm512_castsi512_si128(closed));
    store(out[1], _mm512_extracti32x4_epi32(closed, 1));
    store(out[2], _mm512_extracti32x4_epi32(closed, 2));
    store(out[3], _mm512_extracti32x4_epi32(closed, 3));
    taps += group.blocks * kFilterGroup;
  }
}

// Twelve elements, and four that the next store overwrites.
inline void store_shorts(__m512i sums, std::int32_t shift, std::int16_t* to) {
  const __m512i close = _mm512_setr_epi32(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15);
  const __m512i shifted = _mm512_sra_epi32(sums, _mm_cvtsi32_si128(shift));
  const __m256i shorts = _mm512_cvtsepi32_epi16(_mm512_permutexvar_epi32(close, shifted));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), shorts);
}

void columns_to_shorts(const FilterColumns& columns, const std::uint8_t* const* rows,
                       std::int16_t* const* out) {
  const __m512i start = _mm512_set1_epi32(1 << (columns.shift - 1));
  const TapBlock* taps = columns.taps;
  for (std::int32_t g = 0; g < columns.groups; ++g) {
    const FilterGroup& group = columns.group[g];
    const Sums<false> sums = filter_group<false>(columns, group, taps, rows, start);
    for (std::int32_t r = 0; r < kFilterRows; ++r)
      store_shorts(sums.high[r], columns.shift, out[r] + g * kFilterGroup * kFilterChannels);
    taps += group.blocks * kFilterGroup;
  }
}

inline __m512i two_weights(const std::int16_t* weights) {
  std::int32_t both_weights;
  std::memcpy(&both_weights, weights, sizeof(both_weights));
  return _mm512_set1_epi32(both_weights);
}

inline __m512i load_shorts(const std::uint8_t* from) {
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
inline __m512i load_shorts(const std::int16_t* from) {
  return _mm512_loadu_si512(from);
}

// 32 results at i. Interleaving and packing both work in quarters, so that the order comes out right.
template <bool kLow, typename T>
inline __m256i filter_rows_at(const T* const* rows, const TapPair* taps, std::int32_t pairs, __m128i shift,
                              __m512i start, std::int64_t i) {
  __m512i first_high = kLow ? _mm512_setzero_si512() : start, last_high = first_high;
  __m512i first_low = start, last_low = start;
  for (std::int32_t p = 0; p < pairs; ++p) {
    const __m512i upper = load_shorts(rows[2 * p] + i);
    const __m512i lower = load_shorts(rows[2 * p + 1] + i);
    const __m512i first = _mm512_unpacklo_epi16(upper, lower);
    const __m512i last = _mm512_unpackhi_epi16(upper, lower);
    const __m512i high = two_weights(taps[p].high);
    first_high = add(first_high, _mm512_madd_epi16(first, high));
    last_high = add(last_high, _mm512_madd_epi16(last, high));
    if (!kLow) continue;
    const __m512i low = two_weights(taps[p].low);
    first_low = add(first_low, _mm512_madd_epi16(first, low));
    last_low = add(last_low, _mm512_madd_epi16(last, low));
  }
  const __m512i a = kLow ? whole(first_high, first_low) : _mm512_sra_epi32(first_high, shift);
  const __m512i b = kLow ? whole(last_high, last_low) : _mm512_sra_epi32(last_high, shift);
  const __m512i shorts = _mm512_max_epi16(_mm512_packs_epi32(a, b), _mm512_setzero_si512());
  return _mm512_cvtusepi16_epi8(shorts);
}

template <bool kLow, typename T>
inline void filter_rows(const T* const* rows, const TapPair* taps, std::int32_t pairs, std::int32_t shift,
                        std::int64_t count, std::uint8_t* out) {
  const __m512i start = _mm512_set1_epi32(1 << (shift - 1));
  const __m128i by = _mm_cvtsi32_si128(shift);
  std::int64_t i = 0;
  for (; i + 32 <= count; i += 32)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i),
                        filter_rows_at<kLow>(rows, taps, pairs, by, start, i));
  if (i == count) return;
  _mm256_mask_storeu_epi8(out + i, (__mmask32{1} << (count - i)) - 1,
                          filter_rows_at<kLow>(rows, taps, pairs, by, start, i));
}

void rows_of_bytes(const std::uint8_t* const* rows, const TapPair* taps, std::int32_t pairs,
                   std::int64_t count, std::uint8_t* out) {
  filter_rows<true>(rows, taps, pairs, kFilterBits, count, out);
}

void rows_of_shorts(const std::int16_t* const* rows, const TapPair* taps, std::int32_t pairs,
                    std::int32_t shift, std::int64_t count, std::uint8_t* out) {
  filter_rows<false>(rows, taps, pairs, shift, count, out);
}

}  // namespace

extern const ResampleKernel resample__avx512 = {"resample__avx512", isa_feature::avx512, true,
                                                columns_to_bytes,   columns_to_shorts,   rows_of_bytes,
                                                rows_of_shorts};

}  // namespace bitplace
