// Turns activations into codes with a border (quad_plan.h), with AVX2. Everything lies in an unnamed
// namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/convolution_s8_s8/quad_plan.h"

namespace bitplace::quad_plan {
namespace {

// Both read up to 32 bytes from each place that they start at and write `count` codes, no byte more.
inline void subtract_low(const std::uint8_t* from, std::int64_t count, std::int64_t low, std::uint8_t* to) {
  const auto offset = static_cast<char>(-low);
  std::int64_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), _mm256_add_epi8(x, _mm256_set1_epi8(offset)));
  }
  for (; i + 8 <= count; i += 8) {
    const __m128i x = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + i));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to + i), _mm_add_epi8(x, _mm_set1_epi8(offset)));
  }
  for (; i < count; ++i)
    to[i] = static_cast<std::uint8_t>(from[i] - low);
}

inline void widen(const std::uint8_t* from, std::int64_t count, bool is_unsigned, std::uint8_t* to) {
  std::int64_t i = 0;
  if (is_unsigned) {
    for (; i + 16 <= count; i += 16) {
      const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 2 * i), _mm256_cvtepu8_epi16(x));
    }
  } else {
    for (; i + 16 <= count; i += 16) {
      const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 2 * i), _mm256_cvtepi8_epi16(x));
    }
  }
  for (; i < count; ++i) {
    const auto code = static_cast<std::int16_t>(is_unsigned ? from[i] : static_cast<std::int8_t>(from[i]));
    __builtin_memcpy(to + 2 * i, &code, 2);
  }
}

// Codes of the value 0.
inline void fill_zeros(std::int64_t count, const QuadForm& form, std::uint8_t* to) {
  __builtin_memset(to, static_cast<int>(-form.low), static_cast<std::size_t>(count * form.code_bytes));
}

// One row of the copy. Rows that the stride jumps over are left as they are.
inline void prepare_row(const ConvolutionCall& call, const QuadForm& form, std::int64_t row) {
  const ConvolutionProblem& p = *call.problem;
  if (p.dilation_height == 1 && row % p.stride_height >= p.kernel_height) return;
  const Codes codes = codes_of(p, form);
  auto* to = static_cast<std::uint8_t*>(call.scratch) + row * codes.row_bytes;
  const std::int64_t y = row - p.pad_top;
  const std::int64_t reached = codes.columns - p.pad_left;
  const std::int64_t columns = reached < p.input_width ? reached : p.input_width;
  if (y < 0 || y >= p.input_height || columns <= 0) {
    fill_zeros(codes.columns * p.input_channels, form, to);
    return;
  }
  const std::int64_t left = std::int64_t{p.pad_left} * p.input_channels;
  const std::int64_t inside = columns * p.input_channels;
  const auto* from = static_cast<const std::uint8_t*>(call.input) + y * p.input_width * p.input_channels;
  fill_zeros(left, form, to);
  to += left * form.code_bytes;
  if (form.code_bytes == 2) {
    widen(from, inside, p.input_low >= 0, to);
  } else if (form.low != 0) {
    subtract_low(from, inside, form.low, to);
  } else {
    __builtin_memcpy(to, from, static_cast<std::size_t>(inside));
  }
  fill_zeros((reached - columns) * p.input_channels, form, to + inside * form.code_bytes);
}

}  // namespace
}  // namespace bitplace::quad_plan
