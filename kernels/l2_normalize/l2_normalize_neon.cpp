// L2 normalisation: two passes, sum of squares and scaling.
//
// f32: the 16 interleaved partial sums are four vectors of 4. s32: squares are exact in 64 bits, so their
// order is free: SMLAL and SMLAL2. The last elements are read one by one; a lane that does not exist adds 0,
// which changes no partial sum because none is ever -0. Never fused: a fused multiply-add would round once
// where the definition rounds twice.
#include <arm_neon.h>

#include "kernels/common/neon_lanes.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/l2_normalize/l2_normalize.h"

namespace bitplace {
namespace {

constexpr double kSmallestNorm = 1e-12;

inline float reciprocal_norm(double sum_of_squares) {
  const double norm = vget_lane_f64(vsqrt_f64(vdup_n_f64(sum_of_squares)), 0);
  return static_cast<float>(1.0 / (norm < kSmallestNorm ? kSmallestNorm : norm));
}

inline int32x4_t load_s32(const std::int32_t* from, std::int64_t count) {
  return count >= kLanes ? vld1q_s32(from) : vreinterpretq_s32_u32(load_first(from, count));
}

inline float32x4_t load_f32(const float* from, std::int64_t count) {
  return count >= kLanes ? vld1q_f32(from) : vreinterpretq_f32_u32(load_first(from, count));
}

inline void store_f32(float* to, float32x4_t values, std::int64_t count) {
  if (count >= kLanes) {
    vst1q_f32(to, values);
  } else {
    store_first(to, vreinterpretq_u32_f32(values), count);
  }
}

void run_s32(const std::int32_t* input, float* output, std::int64_t count) {
  int64x2_t low = vdupq_n_s64(0);
  int64x2_t high = vdupq_n_s64(0);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const int32x4_t x = load_s32(input + i, count - i);
    low = vmlal_s32(low, vget_low_s32(x), vget_low_s32(x));
    high = vmlal_high_s32(high, x, x);
  }
  const std::int64_t sum = vaddvq_s64(vaddq_s64(low, high));
  const float scale = reciprocal_norm(static_cast<double>(sum));
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const float32x4_t x = vcvtq_f32_s32(load_s32(input + i, count - i));
    store_f32(output + i, vmulq_n_f32(x, scale), count - i);
  }
}

void run_f32(const float* input, float* output, std::int64_t count) {
  constexpr int kVectors = kPartialSums / static_cast<int>(kLanes);
  float32x4_t vectors[kVectors];
  for (int v = 0; v < kVectors; ++v)
    vectors[v] = vdupq_n_f32(0.0f);
  for (std::int64_t i = 0; i < count; i += kPartialSums) {
    for (int v = 0; v < kVectors; ++v) {
      const float32x4_t x = load_f32(input + i + v * kLanes, count - i - v * kLanes);
      vectors[v] = vaddq_f32(vectors[v], vmulq_f32(x, x));
    }
  }
  float sums[kPartialSums];
  for (int v = 0; v < kVectors; ++v)
    vst1q_f32(sums + v * kLanes, vectors[v]);
  const float scale = reciprocal_norm(static_cast<double>(tree_sum(sums)));
  for (std::int64_t i = 0; i < count; i += kLanes)
    store_f32(output + i, vmulq_n_f32(load_f32(input + i, count - i), scale), count - i);
}

}  // namespace

extern const L2NormalizeKernel l2_normalize__neon = {"l2_normalize__neon", isa_feature::neon, run_s32,
                                                     run_f32};

}  // namespace bitplace
