// The forms of sources and weights that quad_tiles_avx512.h computes on. Included by AVX-512 files
// only, each of which gets its own copy.
#pragma once

#include <immintrin.h>

#include "kernels/common/quad_convolution.h"

namespace bitplace::quad_convolution {
namespace {

inline __mmask64 first_bytes(std::int64_t count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

// u8 as they are, s8 offset by 128.
struct ByteSource {
  static void convert(const std::uint8_t* from, std::uint8_t* to, std::int64_t count, bool is_signed) {
    const __m512i flip = _mm512_set1_epi8(static_cast<char>(is_signed ? 0x80 : 0));
    std::int64_t i = 0;
    for (; i + 64 <= count; i += 64)
      _mm512_storeu_si512(to + i, _mm512_xor_si512(_mm512_loadu_si512(from + i), flip));
    const __mmask64 rest = first_bytes(count - i);
    _mm512_mask_storeu_epi8(to + i, rest, _mm512_xor_si512(_mm512_maskz_loadu_epi8(rest, from + i), flip));
  }

  static void fill(std::uint8_t* to, std::int64_t count, bool offset) {
    const __m512i zero = _mm512_set1_epi8(static_cast<char>(offset ? 0x80 : 0));
    std::int64_t i = 0;
    for (; i + 64 <= count; i += 64)
      _mm512_storeu_si512(to + i, zero);
    _mm512_mask_storeu_epi8(to + i, first_bytes(count - i), zero);
  }
};

// 16-bit values.
struct WordSource {
  static void convert(const std::uint8_t* from, std::uint8_t* to, std::int64_t count, bool is_signed) {
    for (std::int64_t i = 0; i < count; i += 32) {
      const auto rest = static_cast<__mmask32>(first_bytes(count - i < 32 ? count - i : 32));
      const __m256i codes = _mm256_maskz_loadu_epi8(rest, from + i);
      const __m512i words = is_signed ? _mm512_cvtepi8_epi16(codes) : _mm512_cvtepu8_epi16(codes);
      _mm512_mask_storeu_epi16(to + 2 * i, rest, words);
    }
  }

  static void fill(std::uint8_t* to, std::int64_t count, bool offset) {
    ByteSource::fill(to, 2 * count, offset);
  }
};

// Weights as wide as the activations.
struct WideWeights {
  static constexpr std::int64_t quad_bytes(std::int64_t vectors) { return vectors * kVectorBytes; }

  template <std::size_t First, std::size_t End>
  [[gnu::always_inline]] static void load_weights(const std::uint8_t* from, __m512i (&to)[End - First]) {
#pragma GCC unroll 4
    for (std::size_t v = First; v < End; ++v)
      to[v - First] = _mm512_load_si512(from + v * kVectorBytes);
  }
};

// Weights of 4 bits, two vectors in 64 bytes; each comes out 16 times as large.
struct NibbleWeights {
  static constexpr std::int64_t quad_bytes(std::int64_t vectors) { return (vectors + 1) / 2 * kVectorBytes; }

  template <std::size_t First, std::size_t End>
  [[gnu::always_inline]] static void load_weights(const std::uint8_t* from, __m512i (&to)[End - First]) {
    const __m512i high = _mm512_set1_epi8(static_cast<char>(0xf0));
#pragma GCC unroll 4
    for (std::size_t v = First; v < End; v += 2) {
      const __m512i pair = _mm512_load_si512(from + v / 2 * kVectorBytes);
      to[v - First] = _mm512_and_si512(pair, high);
      if (v + 1 < End) to[v + 1 - First] = _mm512_and_si512(_mm512_slli_epi32(pair, 4), high);
    }
  }
};

}  // namespace
}  // namespace bitplace::quad_convolution
