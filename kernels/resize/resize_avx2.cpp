// Four pixels, twelve channels, to a step of blending; 32 channels to a step of mixing. resize_sse42.cpp
// derives the arithmetic. vpermd closes the gaps between the halves' six results, so that one store takes
// them.
//
// Registers: four permutations, the pairs, two sums and up to two results that wait for their neighbour: 9
// of 16. Preconditions: groups of rows of at least 16 bytes; 64 bytes may be written behind blended columns.
// Measured, AMD EPYC (Zen 4), 227 columns of 640: 3.6 cycles per 4 pixels, 69 % of what two loads a cycle
// allow; mixing 28 bytes per ns.
#include "kernels/resize/window_gather.h"

namespace bitplace {
namespace {

inline __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
inline void store(std::int16_t* to, __m256i value) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value);
}

inline __m256i load_windows(const std::uint8_t* row, const std::uint32_t* offsets) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load_window(row, offsets[0])),
                                 load_window(row, offsets[1]), 1);
}

// Groups g and g + 1, six results in each half, which `close` moves together and to their place.
template <bool kSplit>
inline __m256i blend(const ColumnGroups& groups, std::int64_t g, const std::uint8_t* row, __m256i close) {
  const std::int64_t at = g * kWindowBytes;
  __m256i pairs = _mm256_shuffle_epi8(load_windows(row, groups.first + g), load(groups.first_mask + at));
  if (kSplit) {
    pairs = _mm256_or_si256(
        pairs, _mm256_shuffle_epi8(load_windows(row, groups.second + g), load(groups.second_mask + at)));
  }
  const __m256i high = _mm256_maddubs_epi16(pairs, load(groups.high + at));
  const __m256i low = _mm256_maddubs_epi16(pairs, load(groups.low + at));
  return _mm256_permutevar8x32_epi32(_mm256_add_epi16(high, _mm256_srli_epi16(low, 4)), close);
}

// Four times 24 bytes of results make three whole stores.
template <bool kSplit>
inline void blend_row(const ResizeColumns& columns, const std::uint8_t* row, std::int16_t* out) {
  const ColumnGroups groups = columns.groups;  // a copy, which no store can change
  const __m256i close_a = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
  const __m256i close_b = _mm256_setr_epi32(2, 4, 5, 6, 7, 7, 0, 1);
  const __m256i close_c = _mm256_setr_epi32(5, 6, 7, 7, 0, 1, 2, 4);
  const __m256i close_d = _mm256_setr_epi32(7, 7, 0, 1, 2, 4, 5, 6);
  std::int64_t g = 0;
  for (; g + 8 <= groups.count; g += 8, out += 48) {
    const __m256i a = blend<kSplit>(groups, g, row, close_a);
    const __m256i b = blend<kSplit>(groups, g + 2, row, close_b);
    const __m256i c = blend<kSplit>(groups, g + 4, row, close_c);
    const __m256i d = blend<kSplit>(groups, g + 6, row, close_d);
    store(out, _mm256_blend_epi32(a, b, 0xc0));
    store(out + 16, _mm256_blend_epi32(b, c, 0xf0));
    store(out + 32, _mm256_blend_epi32(c, d, 0xfc));
  }
  for (; g < groups.count; g += 2, out += 12)
    store(out, blend<kSplit>(groups, g, row, close_a));
}

void blend_columns(const ResizeColumns& columns, const std::uint8_t* row, std::int16_t* out) {
  return columns.groups.split ? blend_row<true>(columns, row, out) : blend_row<false>(columns, row, out);
}

inline __m256i mix(__m256i upper, __m256i lower, __m256i upper_weight, __m256i lower_weight) {
  const __m256i sum =
      _mm256_add_epi16(_mm256_mulhi_epi16(upper, upper_weight), _mm256_mulhi_epi16(lower, lower_weight));
  return _mm256_srli_epi16(_mm256_add_epi16(sum, _mm256_set1_epi16(2)), 2);
}

void mix_rows(const std::int16_t* upper, const std::int16_t* lower, std::int32_t upper_weight,
              std::int32_t lower_weight, std::int64_t count, std::uint8_t* out) {
  const __m256i first = _mm256_set1_epi16(static_cast<std::int16_t>(upper_weight));
  const __m256i second = _mm256_set1_epi16(static_cast<std::int16_t>(lower_weight));
  const auto bytes = [&](std::int64_t i) {
    const __m256i halves =
        _mm256_packus_epi16(mix(load(upper + i), load(lower + i), first, second),
                            mix(load(upper + i + 16), load(lower + i + 16), first, second));
    return _mm256_permute4x64_epi64(halves, 0xd8);
  };
  std::int64_t i = 0;
  for (; i + 32 <= count; i += 32)
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), bytes(i));
  if (i == count) return;
  if (i != 0) return _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + count - 32), bytes(count - 32));
  std::uint8_t last[32];
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(last), bytes(0));
  std::memcpy(out, last, static_cast<std::size_t>(count));
}

}  // namespace

extern const ResizeKernel resize__avx2 = {"resize__avx2", isa_feature::avx2, false,
                                          blend_columns,  mix_rows,          gather_columns};

}  // namespace bitplace
