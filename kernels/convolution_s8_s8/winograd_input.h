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

constexpr std::int64_t kBorderChannels = 64;  // copied at once where a tile reaches beyond the image

// The 6 x 6 pixels of a tile.
struct Patch {
  const std::uint8_t* pixel;
  std::int64_t row_bytes, pixel_bytes;
  bool is_unsigned;
};

inline __m256i load_pixels(const Patch& patch, std::int64_t y, std::int64_t x, std::int64_t channel) {
  const __m128i codes = _mm_loadu_si128(
      reinterpret_cast<const __m128i*>(patch.pixel + y * patch.row_bytes + x * patch.pixel_bytes + channel));
  return patch.is_unsigned ? _mm256_cvtepu8_epi16(codes) : _mm256_cvtepi8_epi16(codes);
}

// Elements of V are `element_stride` 16-bit numbers apart.
[[gnu::noinline]] void transform_patch(const Patch& patch, std::int64_t channels, std::int64_t element_stride,
                                       std::int16_t* v) {
  for (std::int64_t c = 0; c < channels; c += 16) {
    __m256i half[6][6];
    for (std::int64_t x = 0; x < 6; ++x) {
      __m256i d[6], t[6];
#pragma GCC unroll 6
      for (std::int64_t y = 0; y < 6; ++y)
        d[y] = load_pixels(patch, y, x, c);
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

// Channels [first, first + count) of the pixels of a tile whose first pixel is (row, column) of the padded
// image, with zeros where there is no image.
inline void copy_patch(const ConvolutionCall& call, std::int64_t row, std::int64_t column, std::int64_t first,
                       std::int64_t count, std::uint8_t* to) {
  const ConvolutionProblem& p = *call.problem;
  for (std::int64_t i = 0; i < 36; ++i, to += kBorderChannels) {
    const std::int64_t y = row - p.pad_top + i / 6;
    const std::int64_t x = column - p.pad_left + i % 6;
    const bool inside = y >= 0 && y < p.input_height && x >= 0 && x < p.input_width;
    const auto bytes = static_cast<std::size_t>(count);
    if (inside) {
      const std::int64_t pixel = y * p.input_width + x;
      __builtin_memcpy(to, static_cast<const std::uint8_t*>(call.input) + pixel * p.input_channels + first,
                       bytes);
    } else {
      __builtin_memset(to, 0, bytes);
    }
  }
}

inline void transform_border(const ConvolutionCall& call, std::int64_t row, std::int64_t column,
                             std::int64_t element_stride, std::int16_t* v) {
  const ConvolutionProblem& p = *call.problem;
  alignas(32) std::uint8_t pixels[36 * kBorderChannels];
  const Patch patch = {pixels, 6 * kBorderChannels, kBorderChannels, p.input_low >= 0};
  for (std::int64_t c = 0; c < p.input_channels; c += kBorderChannels) {
    const std::int64_t left = p.input_channels - c;
    const std::int64_t count = left < kBorderChannels ? left : kBorderChannels;
    copy_patch(call, row, column, c, count, pixels);
    transform_patch(patch, count, element_stride, v + c);
  }
}

// V of `count` tiles from `first` on.
inline void transform_tiles(const ConvolutionCall& call, const WinogradPlan& plan, std::int64_t first,
                            std::int64_t count, std::int16_t* v) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t channels = p.input_channels;
  const std::int64_t row_bytes = p.input_width * channels;
  for (std::int64_t tile = first; tile < first + count; ++tile, v += channels) {
    const std::int64_t row = tile / plan.tiles_across * kTileOutputs;
    const std::int64_t column = tile % plan.tiles_across * kTileOutputs;
    const bool inside = row >= p.pad_top && row - p.pad_top + 6 <= p.input_height && column >= p.pad_left &&
                        column - p.pad_left + 6 <= p.input_width;
    if (inside) {
      const auto* input = static_cast<const std::uint8_t*>(call.input);
      const std::uint8_t* pixel = input + (row - p.pad_top) * row_bytes + (column - p.pad_left) * channels;
      transform_patch({pixel, row_bytes, channels, p.input_low >= 0}, channels, count * channels, v);
    } else {
      transform_border(call, row, column, count * channels, v);
    }
  }
}

}  // namespace
}  // namespace bitplace::winograd
