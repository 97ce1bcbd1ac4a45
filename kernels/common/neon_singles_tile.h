// The inner loop of f32 convolutions for Armv8-A: M positions x 8 outputs by FMLA. Included by NEON files
// only; internal linkage throughout, no standard library.
//
// Lanes are outputs; FMLA by element takes an activation from a lane of its window, so nothing is broadcast.
// Every output is summed in the order of its products, whatever the tile. kFused: by FMLA, as said; otherwise
// by FMUL and FADD, each rounded. Weights are f32, or f16 widened by FCVTL when they are loaded: 2
// instructions beside 16 FMLA at M = 8.
//
// Registers at M = 8: 16 accumulators, 8 windows, 2 or more weights.
#pragma once

#include "kernels/common/neon_product_run.h"

namespace bitplace {
namespace {

inline constexpr int kSinglesPerStep = 4;

inline float32x4_t load_weights(const float* from) {
  return vld1q_f32(from);
}
inline float32x4_t load_weights(const float16_t* from) {
  return vcvt_f32_f16(vld1_f16(from));
}

template <std::size_t kPositions>
using SingleSums = TileSums<float32x4_t, kPositions>;

template <int kLane, bool kFused>
inline float32x4_t with_product(float32x4_t sum, float32x4_t weights, float32x4_t window) {
  if constexpr (kFused) return vfmaq_laneq_f32(sum, weights, window, kLane);
  return vaddq_f32(sum, vmulq_laneq_f32(weights, window, kLane));
}

// Adds product `kLane` of the step.
template <int kLane, bool kFused, typename Weight, std::size_t kPositions>
inline void add_single(const float32x4_t (&window)[kPositions], const Weight* weights,
                       SingleSums<kPositions>& sums) {
  const float32x4_t low = load_weights(weights + kLane * neon::kBlock);
  const float32x4_t high = load_weights(weights + kLane * neon::kBlock + 4);
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m) {
    sums.at[m][0] = with_product<kLane, kFused>(sums.at[m][0], low, window[m]);
    sums.at[m][1] = with_product<kLane, kFused>(sums.at[m][1], high, window[m]);
  }
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m)
    pin(sums.at[m][0], sums.at[m][1]);
}

template <typename Weight, bool kFused, std::size_t kPositions>
[[gnu::noinline]] void singles_tile(const TileInput& input, SingleSums<kPositions>& result) {
  const float* rows[kPositions];
  SingleSums<kPositions> sums;
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m) {
    rows[m] = reinterpret_cast<const float*>(input.rows[m]);
    sums.at[m][0] = sums.at[m][1] = vdupq_n_f32(0);
  }
  const auto* weights = reinterpret_cast<const Weight*>(input.weights);
  for (std::int64_t i = 0; i < input.steps * kSinglesPerStep; i += kSinglesPerStep) {
    float32x4_t window[kPositions];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPositions; ++m)
      window[m] = vld1q_f32(rows[m] + i);
    add_single<0, kFused>(window, weights, sums);
    add_single<1, kFused>(window, weights, sums);
    add_single<2, kFused>(window, weights, sums);
    add_single<3, kFused>(window, weights, sums);
    weights += kSinglesPerStep * neon::kBlock;
  }
  result = sums;
}

// A kernel of neon_product_run.h.
template <neon::ProductShape kProductShape, typename Weight, bool kFused = true>
struct SinglesKernel {
  static constexpr neon::ProductShape kShape = kProductShape;
  static constexpr std::size_t kPositions = 8;
  using Vector = float32x4_t;
  template <std::size_t kTilePositions>
  static void tile(const TileInput& input, SingleSums<kTilePositions>& sums) {
    singles_tile<Weight, kFused, kTilePositions>(input, sums);
  }
};

}  // namespace
}  // namespace bitplace
