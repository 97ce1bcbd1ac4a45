// AVX-512 under the names that shared kernel code uses (lanes_transform.h lists them). Included by AVX-512
// files only; internal linkage throughout.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace bitplace {
namespace {

struct Avx512 {
  static constexpr std::int64_t kFloats = 16;
  static constexpr std::int64_t kBytes = 64;
  static constexpr std::size_t kRegisters = 32;
  using Floats = __m512;
  using Ints = __m512i;
  using Shorts = __m512i;
  using Longs = __m512i;
  using Bytes = __m512i;

  static Floats set(float x) { return _mm512_set1_ps(x); }
  static Floats load(const float* from) { return _mm512_loadu_ps(from); }
  static Floats load(const std::int32_t* from) { return floats_of(_mm512_loadu_si512(from)); }
  static Floats load(const std::int8_t* from) { return floats_of(load_ints(from)); }
  static Floats load(const std::uint16_t* from) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
  static void store(float* to, Floats x) { _mm512_storeu_ps(to, x); }
  static void store(std::uint16_t* to, Floats x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                        _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  static void store2(std::int8_t* to, Floats a, Floats b, Bytes low) {
    const __m512i shorts = _mm512_packs_epi32(_mm512_cvtps_epi32(a), _mm512_cvtps_epi32(b));
    const __m256i codes = _mm256_max_epi8(_mm512_cvtsepi16_epi8(shorts), _mm512_castsi512_si256(low));
    const __m256i order = _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permutevar8x32_epi32(codes, order));
  }
  static void store4(std::int8_t* to, Floats a, Floats b, Floats c, Floats d, Bytes low) {
    const __m512i first = _mm512_packs_epi32(_mm512_cvtps_epi32(a), _mm512_cvtps_epi32(b));
    const __m512i last = _mm512_packs_epi32(_mm512_cvtps_epi32(c), _mm512_cvtps_epi32(d));
    const __m512i codes = _mm512_max_epi8(_mm512_packs_epi16(first, last), low);
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    _mm512_storeu_si512(to, _mm512_permutexvar_epi32(order, codes));
  }
  static void store4_unsigned(std::uint8_t* to, Floats a, Floats b, Floats c, Floats d) {
    const __m512i first = _mm512_packs_epi32(_mm512_cvtps_epi32(a), _mm512_cvtps_epi32(b));
    const __m512i last = _mm512_packs_epi32(_mm512_cvtps_epi32(c), _mm512_cvtps_epi32(d));
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    _mm512_storeu_si512(to, _mm512_permutexvar_epi32(order, _mm512_packus_epi16(first, last)));
  }

  static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats subtract(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
  static Floats multiply(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats divide(Floats a, Floats b) { return _mm512_div_ps(a, b); }
  // Keeps an accumulator in its register.
  static void pin(Floats& x) { asm("" : "+v"(x)); }
  template <int kApart>
  static Floats exchange(Floats x) {
    if constexpr (kApart == 8) return _mm512_shuffle_f32x4(x, x, 0x4e);
    if constexpr (kApart == 4) return _mm512_shuffle_f32x4(x, x, 0xb1);
    return _mm512_permute_ps(x, kApart == 2 ? 0x4e : 0xb1);
  }
  static float first(Floats x) { return _mm512_cvtss_f32(x); }
  static Floats at_least(Floats x, Floats low) { return _mm512_max_ps(low, x); }
  static Floats at_most(Floats x, Floats high) { return _mm512_min_ps(high, x); }
  static Floats larger(Floats tap, Floats best) { return _mm512_max_ps(tap, best); }
  static Floats zero_for_nan(Floats x) {
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, x, _CMP_ORD_Q), x);
  }
  static Floats where_negative(Floats x, Floats yes, Floats no) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ), no, yes);
  }
  static Floats magnitude(Floats x) { return _mm512_andnot_ps(set(-0.0f), x); }
  static Floats with_sign_of(Floats magnitude, Floats sign) {
    return _mm512_or_ps(magnitude, _mm512_and_ps(set(-0.0f), sign));
  }

  static Ints load_ints(const std::int32_t* from) { return _mm512_loadu_si512(from); }
  static Ints load_ints(const std::int8_t* from) {
    return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  static Ints bits_of(Floats x) { return _mm512_castps_si512(x); }
  static Floats of_bits(Ints x) { return _mm512_castsi512_ps(x); }
  static Ints set_ints(std::int32_t x) { return _mm512_set1_epi32(x); }
  static Ints shift_left_23(Ints x) { return _mm512_slli_epi32(x, 23); }
  static Ints shift_right_23(Ints x) { return _mm512_srai_epi32(x, 23); }
  static Ints add(Ints a, Ints b) { return _mm512_add_epi32(a, b); }
  static Ints subtract(Ints a, Ints b) { return _mm512_sub_epi32(a, b); }
  static Floats power_of_two(Ints n) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(n, _mm512_set1_epi32(127)), 23));
  }
  static Floats floats_of(Ints x) { return _mm512_cvtepi32_ps(x); }

  static Shorts no_shorts() { return _mm512_setzero_si512(); }
  static Shorts load_shorts(const std::int8_t* from) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
  static Shorts add_shorts(Shorts a, Shorts b) { return _mm512_add_epi16(a, b); }
  static Shorts multiply_shorts(Shorts a, Shorts b) { return _mm512_mullo_epi16(a, b); }
  static Ints first_ints(Shorts x) { return _mm512_cvtepi16_epi32(_mm512_castsi512_si256(x)); }
  static Ints last_ints(Shorts x) { return _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(x, 1)); }

  static Longs no_longs() { return _mm512_setzero_si512(); }
  static Longs add_squares(Longs sum, Ints x) {
    const __m512i odd = _mm512_srli_epi64(x, 32);
    return _mm512_add_epi64(sum, _mm512_add_epi64(_mm512_mul_epi32(x, x), _mm512_mul_epi32(odd, odd)));
  }
  static std::int64_t total(Longs x) { return _mm512_reduce_add_epi64(x); }
  static double square_root(double x) { return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_set_sd(x), _mm_set_sd(x))); }

  static Bytes load_bytes(const void* from) { return _mm512_loadu_si512(from); }
  static void store_bytes(void* to, Bytes x) { _mm512_storeu_si512(to, x); }
  // `count` is 1 to 63.
  static void store_first_bytes(void* to, Bytes x, std::int64_t count) {
    _mm512_mask_storeu_epi8(to, (std::uint64_t{1} << count) - 1, x);
  }
  static Bytes set_words(std::uint32_t x) { return _mm512_set1_epi32(static_cast<int>(x)); }
  static Bytes larger_s8(Bytes a, Bytes b) { return _mm512_max_epi8(a, b); }
  static Bytes larger_u8(Bytes a, Bytes b) { return _mm512_max_epu8(a, b); }
  static Bytes larger_s32(Bytes a, Bytes b) { return _mm512_max_epi32(a, b); }
  static Bytes bit_and(Bytes a, Bytes b) { return _mm512_and_si512(a, b); }
  static Bytes bit_xor(Bytes a, Bytes b) { return _mm512_xor_si512(a, b); }
};

}  // namespace
}  // namespace bitplace
