// The inner loop of f16 convolutions with FP16FML: M positions x 8 outputs by FMLAL and FMLAL2, which
// multiply halves exactly and add to f32 with one rounding. Included by neonfp16 files only; internal linkage
// throughout, no standard library.
//
// Lanes are outputs; the activation comes from a lane of its window, so nothing is broadcast or converted.
// Every output is summed in the order of its products, whatever the tile.
//
// Registers at M = 8: 16 accumulators, 8 windows (in v0 to v15, as an operand by element has to be), 2 or
// more weights.
#pragma once

#include "kernels/common/neon_product_run.h"

namespace bitplace {
namespace {

inline constexpr int kHalvesPerStep = 8;

template <std::size_t kPositions>
using HalfSums = TileSums<float32x4_t, kPositions>;

// Adds product `kLane` of the step.
template <int kLane, std::size_t kPositions>
inline void add_half(const float16x8_t (&window)[kPositions], const float16_t* weights,
                     HalfSums<kPositions>& sums) {
  const float16x8_t weight = vld1q_f16(weights + kLane * neon::kBlock);
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m) {
    sums.at[m][0] = vfmlalq_laneq_low_f16(sums.at[m][0], weight, window[m], kLane);
    sums.at[m][1] = vfmlalq_laneq_high_f16(sums.at[m][1], weight, window[m], kLane);
  }
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m)
    pin(sums.at[m][0], sums.at[m][1]);
}

template <std::size_t kPositions>
[[gnu::noinline]] void halves_tile(const TileInput& input, HalfSums<kPositions>& result) {
  const float16_t* rows[kPositions];
  HalfSums<kPositions> sums;
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m) {
    rows[m] = reinterpret_cast<const float16_t*>(input.rows[m]);
    sums.at[m][0] = sums.at[m][1] = vdupq_n_f32(0);
  }
  const auto* weights = reinterpret_cast<const float16_t*>(input.weights);
  for (std::int64_t i = 0; i < input.steps * kHalvesPerStep; i += kHalvesPerStep) {
    float16x8_t window[kPositions];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPositions; ++m)
      window[m] = vld1q_f16(rows[m] + i);
    add_half<0>(window, weights, sums);
    add_half<1>(window, weights, sums);
    add_half<2>(window, weights, sums);
    add_half<3>(window, weights, sums);
    add_half<4>(window, weights, sums);
    add_half<5>(window, weights, sums);
    add_half<6>(window, weights, sums);
    add_half<7>(window, weights, sums);
    weights += kHalvesPerStep * neon::kBlock;
  }
  result = sums;
}

// A kernel of neon_product_run.h.
struct HalvesKernel {
  static constexpr neon::ProductShape kShape = neon::kSinglesF16;
  static constexpr std::size_t kPositions = 8;
  using Vector = float32x4_t;
  template <std::size_t kTilePositions>
  static void tile(const TileInput& input, HalfSums<kTilePositions>& sums) {
    halves_tile<kTilePositions>(input, sums);
  }
};

}  // namespace
}  // namespace bitplace
