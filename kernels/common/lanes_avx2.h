// AVX2 and F16C under the names that shared kernel code uses (lanes_transform.h lists them). Included by AVX2
// files only; internal linkage throughout.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace bitplace {
namespace {

struct Avx2 {
  static constexpr std::int64_t kFloats = 8;
  static constexpr std::int64_t kBytes = 32;
  static constexpr std::size_t kRegisters = 16;
  using Floats = __m256;
  using Ints = __m256i;
  using Shorts = __m256i;
  using Longs = __m256i;
  using Bytes = __m256i;

  static Floats set(float x) { return _mm256_set1_ps(x); }
  static Floats load(const float* from) { return _mm256_loadu_ps(from); }
  static Floats load(const std::int32_t* from) { return floats_of(load_bytes(from)); }
  static Floats load(const std::int8_t* from) { return floats_of(load_ints(from)); }
  static Floats load(const std::uint16_t* from) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  static void store(float* to, Floats x) { _mm256_storeu_ps(to, x); }
  static void store(std::uint16_t* to, Floats x) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
  }
  static void store2(std::int8_t* to, Floats a, Floats b, Bytes low) {
    const __m256i mixed = _mm256_packs_epi32(_mm256_cvtps_epi32(a), _mm256_cvtps_epi32(b));
    const __m256i shorts = _mm256_permute4x64_epi64(mixed, 0xd8);
    const __m128i codes =
        _mm_packs_epi16(_mm256_castsi256_si128(shorts), _mm256_extracti128_si256(shorts, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_max_epi8(codes, _mm256_castsi256_si128(low)));
  }
  static void store4(std::int8_t* to, Floats a, Floats b, Floats c, Floats d, Bytes low) {
    const __m256i first = _mm256_packs_epi32(_mm256_cvtps_epi32(a), _mm256_cvtps_epi32(b));
    const __m256i last = _mm256_packs_epi32(_mm256_cvtps_epi32(c), _mm256_cvtps_epi32(d));
    const __m256i codes = _mm256_max_epi8(_mm256_packs_epi16(first, last), low);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    store_bytes(to, _mm256_permutevar8x32_epi32(codes, order));
  }
  static void store4_unsigned(std::uint8_t* to, Floats a, Floats b, Floats c, Floats d) {
    const __m256i first = _mm256_packs_epi32(_mm256_cvtps_epi32(a), _mm256_cvtps_epi32(b));
    const __m256i last = _mm256_packs_epi32(_mm256_cvtps_epi32(c), _mm256_cvtps_epi32(d));
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    store_bytes(to, _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, last), order));
  }

  static Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  static Floats subtract(Floats a, Floats b) { return _mm256_sub_ps(a, b); }
  static Floats multiply(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
  static Floats divide(Floats a, Floats b) { return _mm256_div_ps(a, b); }
  // Keeps an accumulator in its register.
  static void pin(Floats& x) { asm("" : "+v"(x)); }
  template <int kApart>
  static Floats exchange(Floats x) {
    if constexpr (kApart == 4) return _mm256_permute2f128_ps(x, x, 1);
    return _mm256_permute_ps(x, kApart == 2 ? 0x4e : 0xb1);
  }
  static float first(Floats x) { return _mm256_cvtss_f32(x); }
  static Floats at_least(Floats x, Floats low) { return _mm256_max_ps(low, x); }
  static Floats at_most(Floats x, Floats high) { return _mm256_min_ps(high, x); }
  static Floats larger(Floats tap, Floats best) { return _mm256_max_ps(tap, best); }
  static Floats zero_for_nan(Floats x) { return _mm256_and_ps(x, _mm256_cmp_ps(x, x, _CMP_ORD_Q)); }
  static Floats where_negative(Floats x, Floats yes, Floats no) {
    return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_LT_OQ));
  }
  static Floats magnitude(Floats x) { return _mm256_andnot_ps(set(-0.0f), x); }
  static Floats with_sign_of(Floats magnitude, Floats sign) {
    return _mm256_or_ps(magnitude, _mm256_and_ps(set(-0.0f), sign));
  }

  static Ints load_ints(const std::int32_t* from) { return load_bytes(from); }
  static Ints load_ints(const std::int8_t* from) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
  }
  static Ints bits_of(Floats x) { return _mm256_castps_si256(x); }
  static Floats of_bits(Ints x) { return _mm256_castsi256_ps(x); }
  static Ints set_ints(std::int32_t x) { return _mm256_set1_epi32(x); }
  static Ints shift_left_23(Ints x) { return _mm256_slli_epi32(x, 23); }
  static Ints shift_right_23(Ints x) { return _mm256_srai_epi32(x, 23); }
  static Ints add(Ints a, Ints b) { return _mm256_add_epi32(a, b); }
  static Ints subtract(Ints a, Ints b) { return _mm256_sub_epi32(a, b); }
  static Floats power_of_two(Ints n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
  }
  static Floats floats_of(Ints x) { return _mm256_cvtepi32_ps(x); }

  static Shorts no_shorts() { return _mm256_setzero_si256(); }
  static Shorts load_shorts(const std::int8_t* from) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  static Shorts add_shorts(Shorts a, Shorts b) { return _mm256_add_epi16(a, b); }
  static Shorts multiply_shorts(Shorts a, Shorts b) { return _mm256_mullo_epi16(a, b); }
  static Ints first_ints(Shorts x) { return _mm256_cvtepi16_epi32(_mm256_castsi256_si128(x)); }
  static Ints last_ints(Shorts x) { return _mm256_cvtepi16_epi32(_mm256_extracti128_si256(x, 1)); }

  static Longs no_longs() { return _mm256_setzero_si256(); }
  static Longs add_squares(Longs sum, Ints x) {
    const __m256i odd = _mm256_srli_epi64(x, 32);
    return _mm256_add_epi64(sum, _mm256_add_epi64(_mm256_mul_epi32(x, x), _mm256_mul_epi32(odd, odd)));
  }
  static std::int64_t total(Longs x) {
    const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    return _mm_cvtsi128_si64(half) + _mm_extract_epi64(half, 1);
  }
  static double square_root(double x) { return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_set_sd(x), _mm_set_sd(x))); }

  static Bytes load_bytes(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
  static void store_bytes(void* to, Bytes x) { _mm256_storeu_si256(static_cast<__m256i*>(to), x); }
  // `count` is 1 to 31.
  static void store_first_bytes(void* to, Bytes x, std::int64_t count) {
    alignas(32) std::uint8_t bytes[kBytes];
    _mm256_store_si256(reinterpret_cast<__m256i*>(bytes), x);
    __builtin_memcpy(to, bytes, static_cast<std::size_t>(count));
  }
  static Bytes set_words(std::uint32_t x) { return _mm256_set1_epi32(static_cast<int>(x)); }
  static Bytes larger_s8(Bytes a, Bytes b) { return _mm256_max_epi8(a, b); }
  static Bytes larger_u8(Bytes a, Bytes b) { return _mm256_max_epu8(a, b); }
  static Bytes larger_s32(Bytes a, Bytes b) { return _mm256_max_epi32(a, b); }
  static Bytes bit_and(Bytes a, Bytes b) { return _mm256_and_si256(a, b); }
  static Bytes bit_xor(Bytes a, Bytes b) { return _mm256_xor_si256(a, b); }

  // The 16 bytes `from` in both halves, as a table for shuffle: result byte = table[index % 16].
  static Bytes load_table(const std::int8_t* from) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  static Bytes shuffle(Bytes table, Bytes index) { return _mm256_shuffle_epi8(table, index); }
  static Bytes where_sign_bit(Bytes x, Bytes yes, Bytes no) { return _mm256_blendv_epi8(no, yes, x); }
  static Bytes twice(Bytes x) { return _mm256_add_epi8(x, x); }
};

}  // namespace
}  // namespace bitplace
