// s8 code = round_half_even(clamp(x * scale, -127, 127)), NaN -> 0, 16 values per step.
//
// FMUL rounds once; FCVTNS rounds half to even whatever the mode, gives 0 for NaN and saturates, and so do
// both narrowings: only -128 is left to be clamped. Rounding before clamping is the same, because the bounds
// are integers. The last values go through a buffer of 16. Never fused: scaling stands alone.
#include <arm_neon.h>

#include "kernels/quantize/quantize.h"

namespace bitplace {
namespace {

constexpr std::int64_t kStep = 16;

inline float32x4_t load(const float* from) {
  return vld1q_f32(from);
}
inline float32x4_t load(const std::int32_t* from) {
  return vcvtq_f32_s32(vld1q_s32(from));
}

template <typename T>
inline int16x4_t four_codes(const T* input, float scale) {
  return vqmovn_s32(vcvtnq_s32_f32(vmulq_n_f32(load(input), scale)));
}

template <typename T>
inline void sixteen_codes(const T* input, float scale, std::int8_t* output) {
  const int16x8_t low = vcombine_s16(four_codes(input, scale), four_codes(input + 4, scale));
  const int16x8_t high = vcombine_s16(four_codes(input + 8, scale), four_codes(input + 12, scale));
  vst1q_s8(output, vmaxq_s8(vqmovn_high_s16(vqmovn_s16(low), high), vdupq_n_s8(-127)));
}

template <typename T>
inline void run(const T* input, float scale, std::int8_t* output, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + kStep <= count; i += kStep)
    sixteen_codes(input + i, scale, output + i);
  if (i == count) return;
  T rest[kStep] = {};
  std::int8_t codes[kStep];
  __builtin_memcpy(rest, input + i, static_cast<std::size_t>(count - i) * sizeof(T));
  sixteen_codes(rest, scale, codes);
  __builtin_memcpy(output + i, codes, static_cast<std::size_t>(count - i));
}

void run_s32(const std::int32_t* input, float scale, std::int8_t* output, std::int64_t count) {
  run(input, scale, output, count);
}
void run_f32(const float* input, float scale, std::int8_t* output, std::int64_t count) {
  run(input, scale, output, count);
}

}  // namespace

extern const QuantizeKernel quantize__neon = {"quantize__neon", isa_feature::neon, run_s32, run_f32};

}  // namespace bitplace
