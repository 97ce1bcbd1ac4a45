// Eight pixels, 24 channels, to a step of blending; 64 channels to a step of mixing. resize_sse42.cpp derives
// the arithmetic. Windows are put together by masked broadcasts from memory, which need no shuffle unit.
//
// Registers: four permutations, the pairs, two sums and up to two results that wait for their neighbour: 9
// of 32. Preconditions: groups of rows of at least 16 bytes; 64 bytes may be written behind blended columns.
// Measured, AMD EPYC (Zen 4), 227 columns of 640: 7.4 cycles per 8 pixels. This core does one 512-bit load a
// cycle or two of 16 bytes: 5 cycles are the limit, of which that is 68 %.
#include "kernels/resize/window_gather.h"

namespace bitplace {
namespace {

inline __m512i load(const void* from) {
  return _mm512_loadu_si512(from);
}

inline __m512i load_windows(const std::uint8_t* row, const std::uint32_t* offsets) {
  __m512i windows = _mm512_castsi128_si512(load_window(row, offsets[0]));
  windows = _mm512_mask_broadcast_i32x4(windows, 0x00f0, load_window(row, offsets[1]));
  windows = _mm512_mask_broadcast_i32x4(windows, 0x0f00, load_window(row, offsets[2]));
  return _mm512_mask_broadcast_i32x4(windows, 0xf000, load_window(row, offsets[3]));
}

// Groups g to g + 3, six results in each quarter, which `close` moves together and to their place.
template <bool kSplit>
inline __m512i blend(const ColumnGroups& groups, std::int64_t g, const std::uint8_t* row, __m512i close) {
  const std::int64_t at = g * kWindowBytes;
  __m512i pairs = _mm512_shuffle_epi8(load_windows(row, groups.first + g), load(groups.first_mask + at));
  if (kSplit) {
    pairs = _mm512_or_si512(
        pairs, _mm512_shuffle_epi8(load_windows(row, groups.second + g), load(groups.second_mask + at)));
  }
  const __m512i high = _mm512_maddubs_epi16(pairs, load(groups.high + at));
  const __m512i low = _mm512_maddubs_epi16(pairs, load(groups.low + at));
  return _mm512_permutexvar_epi32(close, _mm512_add_epi16(high, _mm512_srli_epi16(low, 4)));
}

// Four times 48 bytes of results make three whole stores.
template <bool kSplit>
inline void blend_row(const ResizeColumns& columns, const std::uint8_t* row, std::int16_t* out) {
  const ColumnGroups groups = columns.groups;  // a copy, which no store can change
  const __m512i close_a = _mm512_setr_epi32(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15);
  const __m512i close_b = _mm512_setr_epi32(5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15, 0, 1, 2, 4);
  const __m512i close_c = _mm512_setr_epi32(10, 12, 13, 14, 15, 15, 15, 15, 0, 1, 2, 4, 5, 6, 8, 9);
  const __m512i close_d = _mm512_setr_epi32(15, 15, 15, 15, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14);
  std::int64_t g = 0;
  for (; g + 16 <= groups.count; g += 16, out += 96) {
    const __m512i a = blend<kSplit>(groups, g, row, close_a);
    const __m512i b = blend<kSplit>(groups, g + 4, row, close_b);
    const __m512i c = blend<kSplit>(groups, g + 8, row, close_c);
    const __m512i d = blend<kSplit>(groups, g + 12, row, close_d);
    _mm512_storeu_si512(out, _mm512_mask_blend_epi32(0xf000, a, b));
    _mm512_storeu_si512(out + 32, _mm512_mask_blend_epi32(0xff00, b, c));
    _mm512_storeu_si512(out + 64, _mm512_mask_blend_epi32(0xfff0, c, d));
  }
  for (; g < groups.count; g += 4, out += 24)
    _mm512_storeu_si512(out, blend<kSplit>(groups, g, row, close_a));
}

void blend_columns(const ResizeColumns& columns, const std::uint8_t* row, std::int16_t* out) {
  return columns.groups.split ? blend_row<true>(columns, row, out) : blend_row<false>(columns, row, out);
}

inline __m512i mix(__m512i upper, __m512i lower, __m512i upper_weight, __m512i lower_weight) {
  const __m512i sum =
      _mm512_add_epi16(_mm512_mulhi_epi16(upper, upper_weight), _mm512_mulhi_epi16(lower, lower_weight));
  return _mm512_srli_epi16(_mm512_add_epi16(sum, _mm512_set1_epi16(2)), 2);
}

void mix_rows(const std::int16_t* upper, const std::int16_t* lower, std::int32_t upper_weight,
              std::int32_t lower_weight, std::int64_t count, std::uint8_t* out) {
  const __m512i first = _mm512_set1_epi16(static_cast<std::int16_t>(upper_weight));
  const __m512i second = _mm512_set1_epi16(static_cast<std::int16_t>(lower_weight));
  const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
  const auto bytes = [&](std::int64_t i) {
    const __m512i quarters =
        _mm512_packus_epi16(mix(load(upper + i), load(lower + i), first, second),
                            mix(load(upper + i + 32), load(lower + i + 32), first, second));
    return _mm512_permutexvar_epi64(order, quarters);
  };
  std::int64_t i = 0;
  for (; i + 64 <= count; i += 64)
    _mm512_storeu_si512(out + i, bytes(i));
  if (i == count) return;
  _mm512_mask_storeu_epi8(out + i, (__mmask64{1} << (count - i)) - 1, bytes(i));
}

}  // namespace

extern const ResizeKernel resize__avx512 = {"resize__avx512", isa_feature::avx512, false, blend_columns,
                                            mix_rows,         gather_columns};

}  // namespace bitplace
