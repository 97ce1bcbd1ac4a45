// V = B d B^T (winograd_plan.h) with AVX2, 16 channels at a time. Everything lies in an unnamed namespace, so
// each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/convolution_s8_s8/winograd_plan.h"

namespace bitplace::winograd {
namespace {

// B times a column of 6 vectors of 16-bit numbers.
inline void transform_six(const __m256i (&d)[6], __m256i (&t)[6]) {
  const __m256i four_d1 = _mm256_slli_epi16(d[1], 2);
  const __m256i four_d2 = _mm256_slli_epi16(d[2], 2);
  const __m256i a = _mm256_sub_epi16(d[4], four_d2);
  const __m256i b = _mm256_sub_epi16(d[3], four_d1);
  const __m256i c = _mm256_sub_epi16(d[4], d[2]);
  const __m256i e = _mm256_slli_epi16(_mm256_sub_epi16(d[3], d[1]), 1);
  t[0] = _mm256_add_epi16(_mm256_slli_epi16(_mm256_sub_epi16(d[0], d[2]), 2), c);
  t[1] = _mm256_add_epi16(a, b);
  t[2] = _mm256_sub_epi16(a, b);
  t[3] = _mm256_add_epi16(c, e);
  t[4] = _mm256_sub_epi16(c, e);
  t[5] = _mm256_sub_epi16(_mm256_sub_epi16(d[5], d[3]), _mm256_slli_epi16(_mm256_sub_epi16(d[3], d[1]), 2));
}

// The 6 x 6 pixels of a tile: `pixel` is the first, which may lie outside the image.
struct Patch {
  const std::uint8_t* pixel;
  std::int64_t row_bytes, pixel_bytes;
  std::int64_t first_row, rows, first_column, columns;  // those that exist
  bool is_unsigned;
};

template <bool kWhole>
inline __m256i load_pixels(const Patch& patch, std::int64_t y, std::int64_t x, std::int64_t channel) {
  if (!kWhole && (y < patch.first_row || y >= patch.rows || x < patch.first_column || x >= patch.columns)) {
    return _mm256_setzero_si256();
  }
  const __m128i codes = _mm_loadu_si128(
      reinterpret_cast<const __m128i*>(patch.pixel + y * patch.row_bytes + x * patch.pixel_bytes + channel));
  return patch.is_unsigned ? _mm256_cvtepu8_epi16(codes) : _mm256_cvtepi8_epi16(codes);
}

// All channels of one tile. `element_stride`: 16-bit numbers between elements of V.
template <bool kWhole>
[[gnu::noinline]] void transform_patch(const Patch& patch, std::int64_t channels, std::int64_t element_stride,
                                       std::int16_t* v) {
  for (std::int64_t c = 0; c < channels; c += 16) {
    __m256i half[6][6];
    for (std::int64_t x = 0; x < 6; ++x) {
      __m256i d[6], t[6];
#pragma GCC unroll 6
      for (std::int64_t y = 0; y < 6; ++y)
        d[y] = load_pixels<kWhole>(patch, y, x, c);
      transform_six(d, t);
#pragma GCC unroll 6
      for (int i = 0; i < 6; ++i)
        half[i][x] = t[i];
    }
    for (std::int64_t i = 0; i < 6; ++i) {
      __m256i t[6];
      transform_six(half[i], t);
#pragma GCC unroll 6
      for (std::int64_t j = 0; j < 6; ++j)
        _mm256_store_si256(reinterpret_cast<__m256i*>(v + (i * 6 + j) * element_stride + c), t[j]);
    }
  }
}

inline std::int64_t between(std::int64_t value, std::int64_t low, std::int64_t high) {
  return value < low ? low : value > high ? high : value;
}

// V of `count` tiles from `first` on.
inline void transform_tiles(const ConvolutionCall& call, const WinogradPlan& plan, std::int64_t first,
                            std::int64_t count, std::int16_t* v) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t row_bytes = std::int64_t{p.input_width} * p.input_channels;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t y = (first + i) / plan.tiles_across * kTileOutputs - p.pad_top;
    const std::int64_t x = (first + i) % plan.tiles_across * kTileOutputs - p.pad_left;
    Patch patch{};
    patch.pixel = static_cast<const std::uint8_t*>(call.input) + y * row_bytes + x * p.input_channels;
    patch.row_bytes = row_bytes;
    patch.pixel_bytes = p.input_channels;
    patch.first_row = between(-y, 0, 6);
    patch.rows = between(p.input_height - y, 0, 6);
    patch.first_column = between(-x, 0, 6);
    patch.columns = between(p.input_width - x, 0, 6);
    patch.is_unsigned = p.input_low >= 0;
    const bool whole =
        patch.first_row == 0 && patch.rows == 6 && patch.first_column == 0 && patch.columns == 6;
    (whole ? transform_patch<true> : transform_patch<false>)(patch, p.input_channels,
                                                             count * p.input_channels,
                                                             v + i * p.input_channels);
  }
}

}  // namespace
}  // namespace bitplace::winograd
