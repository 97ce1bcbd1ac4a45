// Sources of bytes and of 16-bit values for quad_convolution_avx512.h. Included by AVX-512 files only.
#pragma once

#include <immintrin.h>

#include <cstdint>

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

}  // namespace
}  // namespace bitplace::quad_convolution
