// y = float(v) * multiplier + offset, 16 bytes to a vector, 48 to a block: three vectors, each with its
// constants. vcvtps2dq rounds half to even (the default mode); vpmovsdb clamps to [-128, 127], vpmaxsb the
// rest. vcvtps2ph rounds to nearest even as its operand says.
//
// Registers: six constants, the clamp and a value: 8 of 32. Rows shorter than a block go through the stack.
// Measured, AMD EPYC (Zen 4), to f32, 227 rows of 227 pixels: 9.8 us, 16 values per ns.
#include <immintrin.h>

#include "kernels/normalize/normalize_blocks.h"

namespace bitplace {
namespace {

struct Constants {
  __m512 multiplier[3];
  __m512 offset[3];

  explicit Constants(const NormalizeMap& map) {
    for (int k = 0; k < 3; ++k) {
      multiplier[k] = _mm512_loadu_ps(map.multiplier + 16 * k);
      offset[k] = _mm512_loadu_ps(map.offset + 16 * k);
    }
  }
  // Vector k of a block.
  __m512 y(const std::uint8_t* row, int k) const {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + 16 * k));
    const __m512 grey = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
    return _mm512_add_ps(_mm512_mul_ps(grey, multiplier[k]), offset[k]);
  }
};

inline void write_block(const Constants& constants, const std::uint8_t* row, float* out) {
  for (int k = 0; k < 3; ++k)
    _mm512_storeu_ps(out + 16 * k, constants.y(row, k));
}

inline void write_block(const Constants& constants, const std::uint8_t* row, std::uint16_t* out) {
  for (int k = 0; k < 3; ++k) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 16 * k),
                        _mm512_cvtps_ph(constants.y(row, k), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
}

inline void write_block(const Constants& constants, const std::uint8_t* row, std::int8_t* out) {
  for (int k = 0; k < 3; ++k) {
    const __m128i codes = _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(constants.y(row, k)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16 * k), _mm_max_epi8(codes, _mm_set1_epi8(-127)));
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

extern const NormalizeKernel normalize__avx512 = {"normalize__avx512", isa_feature::avx512, to_s8, to_f32,
                                                  to_f16};

}  // namespace bitplace
