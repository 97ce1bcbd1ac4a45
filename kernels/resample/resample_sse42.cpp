// Columns: one output pixel on four source rows that share its weights; rows: 8 bytes at a time.
// resample_avx2.cpp derives the arithmetic, of which this is one half.
//
// Registers: eight sums and four weights, the window and its two halves: 15 of 16; masks come from memory.
// Preconditions: reads_windows of resample.h.
// Measured, AMD EPYC (Zen 4), columns of 640 pixels to 320 by 22-bit weights: 58 cycles per block of four
// pixels and four rows; its 176 vector operations take four pipes 44, 75 %.
#include <smmintrin.h>

#include <cstring>

#include "kernels/resample/resample.h"

namespace bitplace {
namespace {

inline __m128i load(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

inline void store(void* to, __m128i value) {
  _mm_storeu_si128(static_cast<__m128i*>(to), value);
}

inline __m128i add(__m128i a, __m128i b) {
  return _mm_add_epi32(a, b);
}

// Sums of a pixel, those of the lower parts only where they count.
template <bool kLow>
struct Sums {
  __m128i high[kFilterRows];
  __m128i low[kLow ? kFilterRows : 1];
};

template <bool kLow>
inline Sums<kLow> filter_pixel(const FilterColumns& columns, const FilterGroup& group, const TapBlock* taps,
                               std::int32_t pixel, const std::uint8_t* const* rows, __m128i start) {
  const std::uint8_t(&masks)[2][16] = columns.masks[group.at_end];
  Sums<kLow> sums;
  for (std::int32_t r = 0; r < kFilterRows; ++r) {
    sums.high[r] = kLow ? _mm_setzero_si128() : start;
    if constexpr (kLow) sums.low[r] = start;
  }
  std::int64_t at = group.first[pixel];
  const std::int64_t step = kBlockTaps * columns.pixel_bytes;
  for (std::uint32_t b = 0; b < group.blocks; ++b, at += step) {
    const __m128i weights = load(taps + b * kFilterGroup + pixel);
    const __m128i first_high = _mm_shuffle_epi32(weights, 0x00);
    const __m128i last_high = _mm_shuffle_epi32(weights, 0x55);
    const __m128i first_low = _mm_shuffle_epi32(weights, 0xaa);
    const __m128i last_low = _mm_shuffle_epi32(weights, 0xff);
    for (std::int32_t r = 0; r < kFilterRows; ++r) {
      const __m128i window = load(rows[r] + at);
      const __m128i first = _mm_shuffle_epi8(window, load(masks[0]));
      const __m128i last = _mm_shuffle_epi8(window, load(masks[1]));
      sums.high[r] =
          add(sums.high[r], add(_mm_madd_epi16(first, first_high), _mm_madd_epi16(last, last_high)));
      if constexpr (kLow) {
        sums.low[r] = add(sums.low[r], add(_mm_madd_epi16(first, first_low), _mm_madd_epi16(last, last_low)));
      }
    }
  }
  return sums;
}

inline __m128i whole(__m128i high, __m128i low) {
  return _mm_srai_epi32(add(_mm_slli_epi32(high, kFilterLowBits), low), kFilterBits);
}

// The pixel in rows 0 to 3, four bytes each.
inline __m128i pixel_bytes(const Sums<true>& sums) {
  const __m128i upper = _mm_packs_epi32(whole(sums.high[0], sums.low[0]), whole(sums.high[1], sums.low[1]));
  const __m128i lower = _mm_packs_epi32(whole(sums.high[2], sums.low[2]), whole(sums.high[3], sums.low[3]));
  return _mm_packus_epi16(upper, lower);
}

void columns_to_bytes(const FilterColumns& columns, const std::uint8_t* const* rows,
                      std::uint8_t* const* out) {
  const __m128i close = _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
  const __m128i start = _mm_set1_epi32(1 << (kFilterBits - 1));
  const TapBlock* taps = columns.taps;
  for (std::int32_t g = 0; g < columns.groups; ++g) {
    const FilterGroup& group = columns.group[g];
    __m128i pixels[kFilterGroup];
    for (std::int32_t p = 0; p < kFilterGroup; ++p)
      pixels[p] = pixel_bytes(filter_pixel<true>(columns, group, taps, p, rows, start));
    const __m128i upper_left = _mm_unpacklo_epi32(pixels[0], pixels[1]);
    const __m128i upper_right = _mm_unpacklo_epi32(pixels[2], pixels[3]);
    const __m128i lower_left = _mm_unpackhi_epi32(pixels[0], pixels[1]);
    const __m128i lower_right = _mm_unpackhi_epi32(pixels[2], pixels[3]);
    const std::int32_t at = g * kFilterGroup * kFilterChannels;
    store(out[0] + at, _mm_shuffle_epi8(_mm_unpacklo_epi64(upper_left, upper_right), close));
    store(out[1] + at, _mm_shuffle_epi8(_mm_unpackhi_epi64(upper_left, upper_right), close));
    store(out[2] + at, _mm_shuffle_epi8(_mm_unpacklo_epi64(lower_left, lower_right), close));
    store(out[3] + at, _mm_shuffle_epi8(_mm_unpackhi_epi64(lower_left, lower_right), close));
    taps += group.blocks * kFilterGroup;
  }
}

// Three elements of each of two rows, and one that the next store overwrites.
inline void store_shorts(__m128i upper, __m128i lower, __m128i shift, std::int16_t* to_upper,
                         std::int16_t* to_lower) {
  const __m128i packed = _mm_packs_epi32(_mm_sra_epi32(upper, shift), _mm_sra_epi32(lower, shift));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to_upper), packed);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to_lower), _mm_unpackhi_epi64(packed, packed));
}

void columns_to_shorts(const FilterColumns& columns, const std::uint8_t* const* rows,
                       std::int16_t* const* out) {
  const __m128i start = _mm_set1_epi32(1 << (columns.shift - 1));
  const __m128i shift = _mm_cvtsi32_si128(columns.shift);
  const TapBlock* taps = columns.taps;
  for (std::int32_t g = 0; g < columns.groups; ++g) {
    const FilterGroup& group = columns.group[g];
    for (std::int32_t p = 0; p < kFilterGroup; ++p) {
      const Sums<false> sums = filter_pixel<false>(columns, group, taps, p, rows, start);
      const std::int32_t at = (g * kFilterGroup + p) * kFilterChannels;
      store_shorts(sums.high[0], sums.high[1], shift, out[0] + at, out[1] + at);
      store_shorts(sums.high[2], sums.high[3], shift, out[2] + at, out[3] + at);
    }
    taps += group.blocks * kFilterGroup;
  }
}

inline __m128i two_weights(const std::int16_t* weights) {
  std::int32_t both_weights;
  std::memcpy(&both_weights, weights, sizeof(both_weights));
  return _mm_set1_epi32(both_weights);
}

inline __m128i load_shorts(const std::uint8_t* from) {
  return _mm_cvtepu8_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}
inline __m128i load_shorts(const std::int16_t* from) {
  return load(from);
}

// Eight results at i, in the lower half.
template <bool kLow, typename T>
inline __m128i filter_rows_at(const T* const* rows, const TapPair* taps, std::int32_t pairs, __m128i shift,
                              __m128i start, std::int64_t i) {
  __m128i first_high = kLow ? _mm_setzero_si128() : start, last_high = first_high;
  __m128i first_low = start, last_low = start;
  for (std::int32_t p = 0; p < pairs; ++p) {
    const __m128i upper = load_shorts(rows[2 * p] + i);
    const __m128i lower = load_shorts(rows[2 * p + 1] + i);
    const __m128i first = _mm_unpacklo_epi16(upper, lower);
    const __m128i last = _mm_unpackhi_epi16(upper, lower);
    const __m128i high = two_weights(taps[p].high);
    first_high = add(first_high, _mm_madd_epi16(first, high));
    last_high = add(last_high, _mm_madd_epi16(last, high));
    if (!kLow) continue;
    const __m128i low = two_weights(taps[p].low);
    first_low = add(first_low, _mm_madd_epi16(first, low));
    last_low = add(last_low, _mm_madd_epi16(last, low));
  }
  const __m128i a = kLow ? whole(first_high, first_low) : _mm_sra_epi32(first_high, shift);
  const __m128i b = kLow ? whole(last_high, last_low) : _mm_sra_epi32(last_high, shift);
  const __m128i shorts = _mm_packs_epi32(a, b);
  return _mm_packus_epi16(shorts, shorts);
}

template <bool kLow, typename T>
inline void filter_rows(const T* const* rows, const TapPair* taps, std::int32_t pairs, std::int32_t shift,
                        std::int64_t count, std::uint8_t* out) {
  const __m128i start = _mm_set1_epi32(1 << (shift - 1));
  const __m128i by = _mm_cvtsi32_si128(shift);
  const auto store_at = [&](std::int64_t i, std::uint8_t* to) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), filter_rows_at<kLow>(rows, taps, pairs, by, start, i));
  };
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    store_at(i, out + i);
  if (i == count) return;
  if (i != 0) return store_at(count - 8, out + count - 8);
  std::uint8_t last[8];
  store_at(0, last);
  std::memcpy(out, last, static_cast<std::size_t>(count));
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

extern const ResampleKernel resample__sse42 = {"resample__sse42", isa_feature::sse42, true,
                                               columns_to_bytes,  columns_to_shorts,  rows_of_bytes,
                                               rows_of_shorts};

}  // namespace bitplace
