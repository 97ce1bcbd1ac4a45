// Four pixels, twelve channels, to a step of blending; 32 channels to a step of mixing. resize_sse42.cpp
// derives the arithmetic. vpermd closes the gaps between the halves' six results, so that one store takes
// them.
#include "kernels/resize/window_gather.h"

namespace bitplace {
namespace {

constexpr std::int64_t kStepGroups = 2;

inline __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

inline __m256i load_windows(const std::uint8_t* row, const std::uint32_t* offsets) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(load_window(row, offsets[0])),
                                 load_window(row, offsets[1]), 1);
}

template <bool kSplit>
inline void blend_row(const ResizeColumns& columns, const std::uint8_t* row, std::int16_t* out) {
  const ColumnGroups& groups = columns.groups;
  const __m256i close = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
  for (std::int64_t g = 0; g < groups.count; g += kStepGroups) {
    __m256i pairs =
        _mm256_shuffle_epi8(load_windows(row, groups.first + g), load(groups.first_mask + g * kWindowBytes));
    if (kSplit) {
      pairs = _mm256_or_si256(pairs, _mm256_shuffle_epi8(load_windows(row, groups.second + g),
                                                         load(groups.second_mask + g * kWindowBytes)));
    }
    const __m256i high = _mm256_maddubs_epi16(pairs, load(groups.high + g * kWindowBytes));
    const __m256i low = _mm256_maddubs_epi16(pairs, load(groups.low + g * kWindowBytes));
    const __m256i sums = _mm256_add_epi16(high, _mm256_srli_epi16(low, 4));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_permutevar8x32_epi32(sums, close));
    out += kStepGroups * kBlendPixels * kResizeChannels;
  }
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
  std::uint8_t last[32];
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(last), bytes(i));
  std::memcpy(out + i, last, static_cast<std::size_t>(count - i));
}

}  // namespace

extern const ResizeKernel resize__avx2 = {"resize__avx2", isa_feature::avx2, false,
                                          blend_columns,  mix_rows,          gather_columns};

}  // namespace bitplace
