// NEON under the names that shared kernel code uses (lanes_transform.h lists them). Included by NEON files
// only; internal linkage throughout.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace bitplace {
namespace {

struct Neon {
  static constexpr std::int64_t kFloats = 4;
  static constexpr std::int64_t kBytes = 16;
  static constexpr std::size_t kRegisters = 32;
  using Floats = float32x4_t;
  using Ints = int32x4_t;
  using Shorts = int16x8_t;
  using Longs = int64x2_t;
  using Bytes = uint8x16_t;

  static Floats set(float x) { return vdupq_n_f32(x); }
  static Floats load(const float* from) { return vld1q_f32(from); }
  static Floats load(const std::int32_t* from) { return floats_of(vld1q_s32(from)); }
  static Floats load(const std::int8_t* from) { return floats_of(load_ints(from)); }
  static Floats load(const std::uint16_t* from) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from))); }
  static void store(float* to, Floats x) { vst1q_f32(to, x); }
  static void store(std::uint16_t* to, Floats x) { vst1_u16(to, vreinterpret_u16_f16(vcvt_f16_f32(x))); }
  static void store2(std::int8_t* to, Floats a, Floats b, Bytes low) {
    const int16x8_t shorts = vqmovn_high_s32(vqmovn_s32(vcvtnq_s32_f32(a)), vcvtnq_s32_f32(b));
    vst1_s8(to, vmax_s8(vqmovn_s16(shorts), vreinterpret_s8_u8(vget_low_u8(low))));
  }
  static void store4(std::int8_t* to, Floats a, Floats b, Floats c, Floats d, Bytes low) {
    const int16x8_t first = vqmovn_high_s32(vqmovn_s32(vcvtnq_s32_f32(a)), vcvtnq_s32_f32(b));
    const int16x8_t last = vqmovn_high_s32(vqmovn_s32(vcvtnq_s32_f32(c)), vcvtnq_s32_f32(d));
    vst1q_s8(to, vmaxq_s8(vqmovn_high_s16(vqmovn_s16(first), last), vreinterpretq_s8_u8(low)));
  }
  static void store4_unsigned(std::uint8_t* to, Floats a, Floats b, Floats c, Floats d) {
    const int16x8_t first = vqmovn_high_s32(vqmovn_s32(vcvtnq_s32_f32(a)), vcvtnq_s32_f32(b));
    const int16x8_t last = vqmovn_high_s32(vqmovn_s32(vcvtnq_s32_f32(c)), vcvtnq_s32_f32(d));
    vst1q_u8(to, vqmovun_high_s16(vqmovun_s16(first), last));
  }

  static Floats add(Floats a, Floats b) { return vaddq_f32(a, b); }
  static Floats subtract(Floats a, Floats b) { return vsubq_f32(a, b); }
  static Floats multiply(Floats a, Floats b) { return vmulq_f32(a, b); }
  static Floats divide(Floats a, Floats b) { return vdivq_f32(a, b); }
  // Keeps an accumulator in its register.
  static void pin(Floats& x) { asm("" : "+w"(x)); }
  template <int kApart>
  static Floats exchange(Floats x) {
    return kApart == 2 ? vextq_f32(x, x, 2) : vrev64q_f32(x);
  }
  static float first(Floats x) { return vgetq_lane_f32(x, 0); }
  // FMAX would give +0 for -0 and +0.
  static Floats at_least(Floats x, Floats low) { return vbslq_f32(vcgtq_f32(low, x), low, x); }
  static Floats at_most(Floats x, Floats high) { return vbslq_f32(vcltq_f32(high, x), high, x); }
  static Floats larger(Floats tap, Floats best) { return vbslq_f32(vcgtq_f32(tap, best), tap, best); }
  static Floats zero_for_nan(Floats x) {
    return vreinterpretq_f32_u32(vandq_u32(vreinterpretq_u32_f32(x), vceqq_f32(x, x)));
  }
  static Floats where_negative(Floats x, Floats yes, Floats no) { return vbslq_f32(vcltzq_f32(x), yes, no); }
  static Floats magnitude(Floats x) { return vabsq_f32(x); }
  static Floats with_sign_of(Floats magnitude, Floats sign) {
    return vbslq_f32(vdupq_n_u32(0x8000'0000u), sign, magnitude);
  }

  static Ints load_ints(const std::int32_t* from) { return vld1q_s32(from); }
  static Ints load_ints(const std::int8_t* from) {
    std::uint32_t four;
    __builtin_memcpy(&four, from, sizeof four);
    return vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u32(vdup_n_u32(four)))));
  }
  static Ints bits_of(Floats x) { return vreinterpretq_s32_f32(x); }
  static Floats of_bits(Ints x) { return vreinterpretq_f32_s32(x); }
  static Ints set_ints(std::int32_t x) { return vdupq_n_s32(x); }
  static Ints shift_left_23(Ints x) { return vshlq_n_s32(x, 23); }
  static Ints shift_right_23(Ints x) { return vshrq_n_s32(x, 23); }
  static Ints add(Ints a, Ints b) { return vaddq_s32(a, b); }
  static Ints subtract(Ints a, Ints b) { return vsubq_s32(a, b); }
  static Floats power_of_two(Ints n) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23));
  }
  static Floats floats_of(Ints x) { return vcvtq_f32_s32(x); }

  static Shorts no_shorts() { return vdupq_n_s16(0); }
  static Shorts load_shorts(const std::int8_t* from) { return vmovl_s8(vld1_s8(from)); }
  static Shorts add_shorts(Shorts a, Shorts b) { return vaddq_s16(a, b); }
  static Shorts multiply_shorts(Shorts a, Shorts b) { return vmulq_s16(a, b); }
  static Ints first_ints(Shorts x) { return vmovl_s16(vget_low_s16(x)); }
  static Ints last_ints(Shorts x) { return vmovl_high_s16(x); }

  static Longs no_longs() { return vdupq_n_s64(0); }
  static Longs add_squares(Longs sum, Ints x) {
    const int32x2_t low = vget_low_s32(x);
    return vmlal_high_s32(vmlal_s32(sum, low, low), x, x);
  }
  static std::int64_t total(Longs x) { return vaddvq_s64(x); }
  static double square_root(double x) { return vget_lane_f64(vsqrt_f64(vdup_n_f64(x)), 0); }

  static Bytes load_bytes(const void* from) { return vld1q_u8(static_cast<const std::uint8_t*>(from)); }
  static void store_bytes(void* to, Bytes x) { vst1q_u8(static_cast<std::uint8_t*>(to), x); }
  // `count` is 1 to 15.
  static void store_first_bytes(void* to, Bytes x, std::int64_t count) {
    std::uint8_t bytes[kBytes];
    vst1q_u8(bytes, x);
    __builtin_memcpy(to, bytes, static_cast<std::size_t>(count));
  }
  static Bytes set_words(std::uint32_t x) { return vreinterpretq_u8_u32(vdupq_n_u32(x)); }
  static Bytes larger_s8(Bytes a, Bytes b) {
    return vreinterpretq_u8_s8(vmaxq_s8(vreinterpretq_s8_u8(a), vreinterpretq_s8_u8(b)));
  }
  static Bytes larger_u8(Bytes a, Bytes b) { return vmaxq_u8(a, b); }
  static Bytes larger_s32(Bytes a, Bytes b) {
    return vreinterpretq_u8_s32(vmaxq_s32(vreinterpretq_s32_u8(a), vreinterpretq_s32_u8(b)));
  }
  static Bytes bit_and(Bytes a, Bytes b) { return vandq_u8(a, b); }
  static Bytes bit_xor(Bytes a, Bytes b) { return veorq_u8(a, b); }
};

}  // namespace
}  // namespace bitplace
