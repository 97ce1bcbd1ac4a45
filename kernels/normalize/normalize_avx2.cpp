// y = float(v) * multiplier + offset, eight bytes to a vector, 48 to a block: the constants' pattern repeats
// after three vectors. vcvtps2dq rounds half to even (the default mode); vpackssdw and vpacksswb clamp to
// [-128, 127], vpmaxsb the rest. vcvtps2ph rounds to nearest even as its operand says.
//
// Registers: six constants, the clamp and two values: 9 of 16. Rows shorter than a block go through the
// stack. Measured, AMD EPYC (Zen 4), to s8: 16 cycles per 48 values; conversions and addition allow 9,
// packing 9 more.
#include <immintrin.h>

#include "kernels/normalize/normalize_blocks.h"

namespace bitplace {
namespace {

struct Constants {
  __m256 multiplier[3];
  __m256 offset[3];

  explicit Constants(const NormalizeMap& map) {
    for (int k = 0; k < 3; ++k) {
      multiplier[k] = _mm256_loadu_ps(map.multiplier + 8 * k);
      offset[k] = _mm256_loadu_ps(map.offset + 8 * k);
    }
  }
  // Vector k of a block.
  __m256 y(const std::uint8_t* row, int k) const {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(row + 8 * k));
    const __m256 grey = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
    return _mm256_add_ps(_mm256_mul_ps(grey, multiplier[k % 3]), offset[k % 3]);
  }
};

inline void write_block(const Constants& constants, const std::uint8_t* row, float* out) {
  for (int k = 0; k < 6; ++k)
    _mm256_storeu_ps(out + 8 * k, constants.y(row, k));
}

inline void write_block(const Constants& constants, const std::uint8_t* row, std::uint16_t* out) {
  for (int k = 0; k < 6; ++k) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 8 * k),
                     _mm256_cvtps_ph(constants.y(row, k), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
}

// vpackssdw works within halves, so that four codes of each vector lie in each half: vpshufd puts them in
// order.
inline void write_block(const Constants& constants, const std::uint8_t* row, std::int8_t* out) {
  for (int k = 0; k < 6; k += 2) {
    const __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(constants.y(row, k)),
                                             _mm256_cvtps_epi32(constants.y(row, k + 1)));
    const __m128i codes = _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 8 * k),
                     _mm_max_epi8(_mm_shuffle_epi32(codes, 0xd8), _mm_set1_epi8(-127)));
  }
}

void to_s8(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, std::int8_t* out) {
  normalize<Constants>(row, count, map, out);
}
void to_f32(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, float* out) {
  normalize<Constants>(row, count, map, out);
}
void to_f16(const std::uint8_t* row, std::int64_t count, const NormalizeMap& map, std::uint16_t* out) {
  normalize<Constants>(row, count, map, out);
}

}  // namespace

extern const NormalizeKernel normalize__avx2 = {"normalize__avx2", isa_feature::avx2, to_s8, to_f32, to_f16};

}  // namespace bitplace
