// Columns: two output pixels, one in each half of a vector, on four source rows that share their weights;
// rows: 16 bytes at a time.
//
// vpshufb spreads a window's bytes to pairs of 16 bits, (tap 0, tap 1) per channel and none for a fourth;
// vpmaddwd sums them with the weights' upper parts and again with the lower, and the result is
// (sum of high << 15) + sum of low. A half of four rows then holds the pixel of four rows, which are
// transposed to four pixels of each row.
//
// Registers: eight sums and four weights, the window and its two halves: 15 of 16; masks come from memory.
// Preconditions: reads_windows of resample.h.
// Measured, AMD EPYC (Zen 4), columns of 640 pixels to 320 by 22-bit weights: 34 cycles per block of four
// pixels and four rows; its 96 vector operations take four pipes 24, 71 %. Rows: 4.2 cycles per pair of taps
// and 16 bytes, of whose 12 operations four pipes do four a cycle, 71 %.
#include <immintrin.h>

#include <cstring>

#include "kernels/resample/resample.h"

namespace bitplace {
namespace {

inline __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

inline __m128i load_half(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

inline void store_half(void* to, __m128i value) {
  _mm_storeu_si128(static_cast<__m128i*>(to), value);
}

inline __m256i both(const std::uint8_t* from) {
  return _mm256_broadcastsi128_si256(load_half(from));
}

inline __m256i windows(const std::uint8_t* left, const std::uint8_t* right) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load_half(left)), load_half(right), 1);
}

inline __m256i add(__m256i a, __m256i b) {
  return _mm256_add_epi32(a, b);
}

// Sums of two pixels, those of the lower parts only where they count.
template <bool kLow>
struct Sums {
  __m256i high[kFilterRows];
  __m256i low[kLow ? kFilterRows : 1];
};

// Pixels `pair` and pair + 1 of a group; both sums start at what rounds them.
template <bool kLow>
inline Sums<kLow> filter_pair(const FilterColumns& columns, const FilterGroup& group, const TapBlock* taps,
                              std::int32_t pair, const std::uint8_t* const* rows, __m256i start) {
  const __m256i first_mask = both(columns.masks[group.at_end][0]);
  const __m256i last_mask = both(columns.masks[group.at_end][1]);
  Sums<kLow> sums;
  for (std::int32_t r = 0; r < kFilterRows; ++r) {
    sums.high[r] = kLow ? _mm256_setzero_si256() : start;
    if constexpr (kLow) sums.low[r] = start;
  }
  std::int64_t left = group.first[pair], right = group.first[pair + 1];
  const std::int64_t step = kBlockTaps * columns.pixel_bytes;
  for (std::uint32_t b = 0; b < group.blocks; ++b, left += step, right += step) {
    const __m256i weights = load(taps + b * kFilterGroup + pair);
    const __m256i first_high = _mm256_shuffle_epi32(weights, 0x00);
    const __m256i last_high = _mm256_shuffle_epi32(weights, 0x55);
    const __m256i first_low = _mm256_shuffle_epi32(weights, 0xaa);
    const __m256i last_low = _mm256_shuffle_epi32(weights, 0xff);
    for (std::int32_t r = 0; r < kFilterRows; ++r) {
      const __m256i bytes = windows(rows[r] + left, rows[r] + right);
      const __m256i first = _mm256_shuffle_epi8(bytes, first_mask);
      const __m256i last = _mm256_shuffle_epi8(bytes, last_mask);
      sums.high[r] =
          add(sums.high[r], add(_mm256_madd_epi16(first, first_high), _mm256_madd_epi16(last, last_high)));
      if constexpr (kLow) {
        sums.low[r] =
            add(sums.low[r], add(_mm256_madd_epi16(first, first_low), _mm256_madd_epi16(last, last_low)));
      }
    }
  }
  return sums;
}

inline __m256i whole(__m256i high, __m256i low) {
  return _mm256_srai_epi32(add(_mm256_slli_epi32(high, kFilterLowBits), low), kFilterBits);
}

// Each half: one pixel of rows 0 to 3, four bytes each.
inline __m256i pair_bytes(const Sums<true>& sums) {
  const __m256i upper =
      _mm256_packs_epi32(whole(sums.high[0], sums.low[0]), whole(sums.high[1], sums.low[1]));
  const __m256i lower =
      _mm256_packs_epi32(whole(sums.high[2], sums.low[2]), whole(sums.high[3], sums.low[3]));
  return _mm256_packus_epi16(upper, lower);
}

void columns_to_bytes(const FilterColumns& columns, const std::uint8_t* const* rows,
                      std::uint8_t* const* out) {
  // Four pixels of a row lie in the order 0, 2, 1, 3.
  const __m256i close = _mm256_setr_epi8(0, 1, 2, 8, 9, 10, 4, 5, 6, 12, 13, 14, -1, -1, -1, -1, 0, 1, 2, 8,
                                         9, 10, 4, 5, 6, 12, 13, 14, -1, -1, -1, -1);
  const __m256i start = _mm256_set1_epi32(1 << (kFilterBits - 1));
  const TapBlock* taps = columns.taps;
  for (std::int32_t g = 0; g < columns.groups; ++g) {
    const FilterGroup& group = columns.group[g];
    const __m256i left = pair_bytes(filter_pair<true>(columns, group, taps, 0, rows, start));
    const __m256i right = pair_bytes(filter_pair<true>(columns, group, taps, 2, rows, start));
    const __m256i upper = _mm256_permute4x64_epi64(_mm256_unpacklo_epi32(left, right), 0xd8);
    const __m256i lower = _mm256_permute4x64_epi64(_mm256_unpackhi_epi32(left, right), 0xd8);
    const __m256i first = _mm256_shuffle_epi8(upper, close);
    const __m256i last = _mm256_shuffle_epi8(lower, close);
    const std::int32_t at = g * kFilterGroup * kFilterChannels;
    store_half(out[0] + at, _mm256_castsi256_si128(first));
    store_half(out[1] + at, _mm256_extracti128_si256(first, 1));
    store_half(out[2] + at, _mm256_castsi256_si128(last));
    store_half(out[3] + at, _mm256_extracti128_si256(last, 1));
    taps += group.blocks * kFilterGroup;
  }
}

// Two pixels of each of two rows, six elements and two that the next store overwrites.
inline void store_shorts(__m256i upper, __m256i lower, std::int32_t shift, std::int16_t* to_upper,
                         std::int16_t* to_lower) {
  const __m256i close = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, -1, -1, -1, -1, 0, 1, 2, 3,
                                         4, 5, 8, 9, 10, 11, 12, 13, -1, -1, -1, -1);
  const __m128i by = _mm_cvtsi32_si128(shift);
  const __m256i packed = _mm256_packs_epi32(_mm256_sra_epi32(upper, by), _mm256_sra_epi32(lower, by));
  const __m256i closed = _mm256_shuffle_epi8(_mm256_permute4x64_epi64(packed, 0xd8), close);
  store_half(to_upper, _mm256_castsi256_si128(closed));
  store_half(to_lower, _mm256_extracti128_si256(closed, 1));
}

void columns_to_shorts(const FilterColumns& columns, const std::uint8_t* const* rows,
                       std::int16_t* const* out) {
  const __m256i start = _mm256_set1_epi32(1 << (columns.shift - 1));
  const TapBlock* taps = columns.taps;
  for (std::int32_t g = 0; g < columns.groups; ++g) {
    const FilterGroup& group = columns.group[g];
    for (std::int32_t pair = 0; pair < kFilterGroup; pair += 2) {
      const Sums<false> sums = filter_pair<false>(columns, group, taps, pair, rows, start);
      const std::int32_t at = (g * kFilterGroup + pair) * kFilterChannels;
      store_shorts(sums.high[0], sums.high[1], columns.shift, out[0] + at, out[1] + at);
      store_shorts(sums.high[2], sums.high[3], columns.shift, out[2] + at, out[3] + at);
    }
    taps += group.blocks * kFilterGroup;
  }
}

inline __m256i two_weights(const std::int16_t* weights) {
  std::int32_t both_weights;
  std::memcpy(&both_weights, weights, sizeof(both_weights));
  return _mm256_set1_epi32(both_weights);
}

inline __m128i clamped_bytes(__m256i first, __m256i last) {
  const __m256i shorts = _mm256_packs_epi32(first, last);
  const __m256i bytes = _mm256_packus_epi16(shorts, shorts);
  return _mm256_castsi256_si128(_mm256_permute4x64_epi64(bytes, 0x08));
}

inline __m256i load_shorts(const std::uint8_t* from) {
  return _mm256_cvtepu8_epi16(load_half(from));
}
inline __m256i load_shorts(const std::int16_t* from) {
  return load(from);
}

// 16 results at i. Interleaving and packing both work in halves, so that the order comes out right.
template <bool kLow, typename T>
inline __m128i filter_rows_at(const T* const* rows, const TapPair* taps, std::int32_t pairs, __m128i shift,
                              __m256i start, std::int64_t i) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i first_high = kLow ? zero : start, last_high = first_high;
  __m256i first_low = start, last_low = start;
  for (std::int32_t p = 0; p < pairs; ++p) {
    const __m256i upper = load_shorts(rows[2 * p] + i);
    const __m256i lower = load_shorts(rows[2 * p + 1] + i);
    const __m256i first = _mm256_unpacklo_epi16(upper, lower);
    const __m256i last = _mm256_unpackhi_epi16(upper, lower);
    const __m256i high = two_weights(taps[p].high);
    first_high = add(first_high, _mm256_madd_epi16(first, high));
    last_high = add(last_high, _mm256_madd_epi16(last, high));
    if (!kLow) continue;
    const __m256i low = two_weights(taps[p].low);
    first_low = add(first_low, _mm256_madd_epi16(first, low));
    last_low = add(last_low, _mm256_madd_epi16(last, low));
  }
  if (kLow) return clamped_bytes(whole(first_high, first_low), whole(last_high, last_low));
  return clamped_bytes(_mm256_sra_epi32(first_high, shift), _mm256_sra_epi32(last_high, shift));
}

template <bool kLow, typename T>
inline void filter_rows(const T* const* rows, const TapPair* taps, std::int32_t pairs, std::int32_t shift,
                        std::int64_t count, std::uint8_t* out) {
  const __m256i start = _mm256_set1_epi32(1 << (shift - 1));
  const __m128i by = _mm_cvtsi32_si128(shift);
  std::int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    store_half(out + i, filter_rows_at<kLow>(rows, taps, pairs, by, start, i));
  if (i == count) return;
  if (i != 0) {
    return store_half(out + count - 16, filter_rows_at<kLow>(rows, taps, pairs, by, start, count - 16));
  }
  std::uint8_t last[16];
  store_half(last, filter_rows_at<kLow>(rows, taps, pairs, by, start, 0));
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

extern const ResampleKernel resample__avx2 = {"resample__avx2", isa_feature::avx2, true,
                                              columns_to_bytes, columns_to_shorts, rows_of_bytes,
                                              rows_of_shorts};

}  // namespace bitplace
