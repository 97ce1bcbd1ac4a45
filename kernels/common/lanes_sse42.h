// SSE4.2 under the names that shared kernel code uses (lanes_transform.h lists them). Included by SSE4.2
// files only; internal linkage throughout.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace bitplace {
namespace {

struct Sse42 {
  static constexpr std::int64_t kFloats = 4;
  static constexpr std::int64_t kBytes = 16;
  static constexpr std::size_t kRegisters = 16;
  using Floats = __m128;
  using Ints = __m128i;
  using Shorts = __m128i;
  using Longs = __m128i;
  using Bytes = __m128i;

  static Floats set(float x) { return _mm_set1_ps(x); }
  static Floats load(const float* from) { return _mm_loadu_ps(from); }
  static Floats load(const std::int32_t* from) { return floats_of(load_bytes(from)); }
  static Floats load(const std::int8_t* from) { return floats_of(load_ints(from)); }
  // Halves without F16C: exponent and significand in place, the exponent's bias changed. A subnormal half is
  // what is left of 2^-14 + itself; no subnormal float occurs on the way, because those are slow.
  static Floats load(const std::uint16_t* from) {
    const __m128i half = _mm_cvtepu16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
    const __m128i sign = _mm_slli_epi32(_mm_and_si128(half, _mm_set1_epi32(0x8000)), 16);
    const __m128i magnitude = _mm_slli_epi32(_mm_and_si128(half, _mm_set1_epi32(0x7fff)), 13);
    const __m128i infinity = _mm_set1_epi32(0x7c00 << 13);
    const __m128i nan = _mm_cmpgt_epi32(magnitude, infinity);
    const __m128i not_finite = _mm_or_si128(nan, _mm_cmpeq_epi32(magnitude, infinity));
    const __m128i extra = _mm_or_si128(_mm_and_si128(not_finite, _mm_set1_epi32(0x7f80'0000)),
                                       _mm_and_si128(nan, _mm_set1_epi32(0x0040'0000)));
    const __m128i normal = _mm_add_epi32(magnitude, _mm_set1_epi32((127 - 15) << 23));
    const __m128i raised = _mm_add_epi32(magnitude, _mm_set1_epi32((127 - 14) << 23));
    const __m128 subnormal = _mm_sub_ps(_mm_castsi128_ps(raised), _mm_set1_ps(0x1p-14f));
    const __m128i is_subnormal = _mm_cmplt_epi32(magnitude, _mm_set1_epi32(0x0400 << 13));
    const __m128 number = _mm_blendv_ps(_mm_castsi128_ps(normal), subnormal, _mm_castsi128_ps(is_subnormal));
    return _mm_or_ps(number, _mm_castsi128_ps(_mm_or_si128(sign, extra)));
  }
  static void store(float* to, Floats x) { _mm_storeu_ps(to, x); }
  // Rounded as integers; below 2^-14 the addition of 0.5 rounds to a multiple of 2^-24.
  static void store(std::uint16_t* to, Floats x) {
    const __m128i bits = _mm_castps_si128(x);
    const __m128i magnitude = _mm_and_si128(bits, _mm_set1_epi32(0x7fff'ffff));
    const __m128i odd = _mm_and_si128(_mm_srli_epi32(magnitude, 13), _mm_set1_epi32(1));
    const __m128i rounded =
        _mm_add_epi32(_mm_add_epi32(magnitude, odd), _mm_set1_epi32(0x0fff - ((127 - 15) << 23)));
    const __m128i normal = _mm_srli_epi32(rounded, 13);
    const __m128 shifted = _mm_add_ps(_mm_castsi128_ps(magnitude), _mm_set1_ps(0.5f));
    const __m128i subnormal = _mm_sub_epi32(_mm_castps_si128(shifted), _mm_set1_epi32(0x3f00'0000));
    const __m128i payload = _mm_and_si128(_mm_srli_epi32(magnitude, 13), _mm_set1_epi32(0x03ff));
    const __m128i nan = _mm_or_si128(payload, _mm_set1_epi32(0x7e00));
    __m128i half =
        _mm_blendv_epi8(normal, subnormal, _mm_cmplt_epi32(magnitude, _mm_set1_epi32(0x3880'0000)));
    half = _mm_blendv_epi8(half, _mm_set1_epi32(0x7c00),
                           _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x477f'ffff)));
    half = _mm_blendv_epi8(half, nan, _mm_cmpgt_epi32(magnitude, _mm_set1_epi32(0x7f80'0000)));
    half = _mm_or_si128(half, _mm_and_si128(_mm_srli_epi32(bits, 16), _mm_set1_epi32(0x8000)));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packus_epi32(half, half));
  }
  static void store2(std::int8_t* to, Floats a, Floats b, Bytes low) {
    const __m128i shorts = _mm_packs_epi32(_mm_cvtps_epi32(a), _mm_cvtps_epi32(b));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_max_epi8(_mm_packs_epi16(shorts, shorts), low));
  }
  static void store4(std::int8_t* to, Floats a, Floats b, Floats c, Floats d, Bytes low) {
    const __m128i first = _mm_packs_epi32(_mm_cvtps_epi32(a), _mm_cvtps_epi32(b));
    const __m128i last = _mm_packs_epi32(_mm_cvtps_epi32(c), _mm_cvtps_epi32(d));
    store_bytes(to, _mm_max_epi8(_mm_packs_epi16(first, last), low));
  }
  static void store4_unsigned(std::uint8_t* to, Floats a, Floats b, Floats c, Floats d) {
    const __m128i first = _mm_packs_epi32(_mm_cvtps_epi32(a), _mm_cvtps_epi32(b));
    const __m128i last = _mm_packs_epi32(_mm_cvtps_epi32(c), _mm_cvtps_epi32(d));
    store_bytes(to, _mm_packus_epi16(first, last));
  }

  static Floats add(Floats a, Floats b) { return _mm_add_ps(a, b); }
  static Floats subtract(Floats a, Floats b) { return _mm_sub_ps(a, b); }
  static Floats multiply(Floats a, Floats b) { return _mm_mul_ps(a, b); }
  static Floats divide(Floats a, Floats b) { return _mm_div_ps(a, b); }
  // Keeps an accumulator in its register.
  static void pin(Floats& x) { asm("" : "+v"(x)); }
  template <int kApart>
  static Floats exchange(Floats x) {
    return _mm_shuffle_ps(x, x, kApart == 2 ? 0x4e : 0xb1);
  }
  static float first(Floats x) { return _mm_cvtss_f32(x); }
  static Floats at_least(Floats x, Floats low) { return _mm_max_ps(low, x); }
  static Floats at_most(Floats x, Floats high) { return _mm_min_ps(high, x); }
  static Floats larger(Floats tap, Floats best) { return _mm_max_ps(tap, best); }
  static Floats zero_for_nan(Floats x) { return _mm_and_ps(x, _mm_cmpord_ps(x, x)); }
  static Floats where_negative(Floats x, Floats yes, Floats no) {
    return _mm_blendv_ps(no, yes, _mm_cmplt_ps(x, _mm_setzero_ps()));
  }
  static Floats magnitude(Floats x) { return _mm_andnot_ps(set(-0.0f), x); }
  static Floats with_sign_of(Floats magnitude, Floats sign) {
    return _mm_or_ps(magnitude, _mm_and_ps(set(-0.0f), sign));
  }

  static Ints load_ints(const std::int32_t* from) { return load_bytes(from); }
  static Ints load_ints(const std::int8_t* from) {
    std::int32_t four;
    __builtin_memcpy(&four, from, sizeof four);
    return _mm_cvtepi8_epi32(_mm_cvtsi32_si128(four));
  }
  static Ints bits_of(Floats x) { return _mm_castps_si128(x); }
  static Floats of_bits(Ints x) { return _mm_castsi128_ps(x); }
  static Ints set_ints(std::int32_t x) { return _mm_set1_epi32(x); }
  static Ints shift_left_23(Ints x) { return _mm_slli_epi32(x, 23); }
  static Ints shift_right_23(Ints x) { return _mm_srai_epi32(x, 23); }
  static Ints add(Ints a, Ints b) { return _mm_add_epi32(a, b); }
  static Ints subtract(Ints a, Ints b) { return _mm_sub_epi32(a, b); }
  static Floats power_of_two(Ints n) {
    return _mm_castsi128_ps(_mm_slli_epi32(_mm_add_epi32(n, _mm_set1_epi32(127)), 23));
  }
  static Floats floats_of(Ints x) { return _mm_cvtepi32_ps(x); }

  static Shorts no_shorts() { return _mm_setzero_si128(); }
  static Shorts load_shorts(const std::int8_t* from) {
    return _mm_cvtepi8_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
  }
  static Shorts add_shorts(Shorts a, Shorts b) { return _mm_add_epi16(a, b); }
  static Shorts multiply_shorts(Shorts a, Shorts b) { return _mm_mullo_epi16(a, b); }
  static Ints first_ints(Shorts x) { return _mm_cvtepi16_epi32(x); }
  static Ints last_ints(Shorts x) { return _mm_cvtepi16_epi32(_mm_srli_si128(x, 8)); }

  static Longs no_longs() { return _mm_setzero_si128(); }
  static Longs add_squares(Longs sum, Ints x) {
    const __m128i odd = _mm_srli_epi64(x, 32);
    return _mm_add_epi64(sum, _mm_add_epi64(_mm_mul_epi32(x, x), _mm_mul_epi32(odd, odd)));
  }
  static std::int64_t total(Longs x) { return _mm_cvtsi128_si64(x) + _mm_extract_epi64(x, 1); }
  static double square_root(double x) { return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_set_sd(x), _mm_set_sd(x))); }

  static Bytes load_bytes(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
  static void store_bytes(void* to, Bytes x) { _mm_storeu_si128(static_cast<__m128i*>(to), x); }
  // `count` is 1 to 15.
  static void store_first_bytes(void* to, Bytes x, std::int64_t count) {
    alignas(16) std::uint8_t bytes[kBytes];
    _mm_store_si128(reinterpret_cast<__m128i*>(bytes), x);
    __builtin_memcpy(to, bytes, static_cast<std::size_t>(count));
  }
  static Bytes set_words(std::uint32_t x) { return _mm_set1_epi32(static_cast<int>(x)); }
  static Bytes larger_s8(Bytes a, Bytes b) { return _mm_max_epi8(a, b); }
  static Bytes larger_u8(Bytes a, Bytes b) { return _mm_max_epu8(a, b); }
  static Bytes larger_s32(Bytes a, Bytes b) { return _mm_max_epi32(a, b); }
  static Bytes bit_and(Bytes a, Bytes b) { return _mm_and_si128(a, b); }
  static Bytes bit_xor(Bytes a, Bytes b) { return _mm_xor_si128(a, b); }

  // A table for shuffle: result byte = table[index % 16] where the index's sign bit is 0.
  static Bytes load_table(const std::int8_t* from) { return load_bytes(from); }
  static Bytes shuffle(Bytes table, Bytes index) { return _mm_shuffle_epi8(table, index); }
  static Bytes where_sign_bit(Bytes x, Bytes yes, Bytes no) { return _mm_blendv_epi8(no, yes, x); }
  static Bytes twice(Bytes x) { return _mm_add_epi8(x, x); }
};

}  // namespace
}  // namespace bitplace
