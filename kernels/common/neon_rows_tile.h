// The inner loops of signed-byte convolutions for Armv8-A: M positions x 4 outputs, 16 products of each by
// SMULL and SMLAL2. Included by NEON files only; internal linkage throughout, no standard library.
//
// Windows and weight rows lie along the depth, so nothing is broadcast; sums across come after the loop.
// Products gather in 16-bit lanes. A lane holds 2 products of any s8 (2 * 128 * 127 = 32512): SADALP then
// adds it to 32 bits in every step. Where the activations' range and the largest weight leave room for more
// (36 of an s8 with 4 bits, 258 with signs), lanes gather many steps first, and SADALP leaves the loop.
//
// The multiplier bounds both: cores up to Neoverse N1 have one for vectors, 8 products per cycle.
//
// Registers at M = 4: 16 accumulators, 4 windows, 4 weights, the rest for products.
#pragma once

#include "kernels/common/neon_product_run.h"

namespace bitplace {
namespace {

inline constexpr std::size_t kRowOutputs = 4;
inline constexpr std::int64_t kStepWeights = 64;
inline constexpr std::int64_t kProductsPerStep = 2;  // that a 16-bit lane receives
// Summing 16-bit lanes across costs as much SIMD arithmetic as SADALP does in 2 steps.
inline constexpr std::int64_t kStepsWorthGathering = 4;

template <typename Vector, std::size_t kPositions>
struct RowSums {
  Vector at[kPositions][kRowOutputs];
};

// Lane i of the result is the sum of the lanes of sums[i].
inline int32x4_t sum_across(const int32x4_t (&sums)[kRowOutputs]) {
  return vpaddq_s32(vpaddq_s32(sums[0], sums[1]), vpaddq_s32(sums[2], sums[3]));
}
inline int32x4_t sum_across(const int16x8_t (&sums)[kRowOutputs]) {
  const int32x4_t wide[kRowOutputs] = {vpaddlq_s16(sums[0]), vpaddlq_s16(sums[1]), vpaddlq_s16(sums[2]),
                                       vpaddlq_s16(sums[3])};
  return sum_across(wide);
}

template <std::size_t kPositions>
struct RowPointers {
  const std::int8_t* at[kPositions];
};

template <std::size_t kPositions>
inline RowPointers<kPositions> row_pointers(const TileInput& input) {
  RowPointers<kPositions> rows;
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m)
    rows.at[m] = reinterpret_cast<const std::int8_t*>(input.rows[m]);
  return rows;
}

// Sums of 4 outputs at every position, 2 products per lane at a time.
template <std::size_t kPositions>
[[gnu::noinline]] void rows_tile_by_pairs(const RowPointers<kPositions>& rows, const std::int8_t* weights,
                                          std::int64_t bytes, int32x4_t (&result)[kPositions]) {
  const RowPointers<kPositions> from = rows;
  RowSums<int32x4_t, kPositions> sums;
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m)
#pragma GCC unroll 8
    for (std::size_t n = 0; n < kRowOutputs; ++n)
      sums.at[m][n] = vdupq_n_s32(0);
  for (std::int64_t i = 0; i < bytes; i += 16) {
    int8x16_t window[kPositions];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPositions; ++m)
      window[m] = vld1q_s8(from.at[m] + i);
#pragma GCC unroll 8
    for (std::size_t n = 0; n < kRowOutputs; ++n, weights += 16) {
      const int8x16_t weight = vld1q_s8(weights);
#pragma GCC unroll 8
      for (std::size_t m = 0; m < kPositions; ++m) {
        int16x8_t products = vmull_s8(vget_low_s8(window[m]), vget_low_s8(weight));
        products = vmlal_high_s8(products, window[m], weight);
        sums.at[m][n] = vpadalq_s16(sums.at[m][n], products);
      }
#pragma GCC unroll 8
      for (std::size_t m = 0; m < kPositions; ++m)
        pin(sums.at[m][n]);
      __asm__ volatile("" : "+r"(weights));
    }
  }
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m)
    result[m] = sum_across(sums.at[m]);
}

// Adds the sums of up to `exact_products` products per lane.
template <std::size_t kPositions>
[[gnu::noinline]] void rows_tile_by_lanes(const RowPointers<kPositions>& rows, const std::int8_t* weights,
                                          std::int64_t bytes, int32x4_t (&result)[kPositions]) {
  const RowPointers<kPositions> from = rows;
  RowSums<int16x8_t, kPositions> sums;
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m)
#pragma GCC unroll 8
    for (std::size_t n = 0; n < kRowOutputs; ++n)
      sums.at[m][n] = vdupq_n_s16(0);
  for (std::int64_t i = 0; i < bytes; i += 16) {
    int8x16_t window[kPositions];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPositions; ++m)
      window[m] = vld1q_s8(from.at[m] + i);
#pragma GCC unroll 8
    for (std::size_t n = 0; n < kRowOutputs; ++n, weights += 16) {
      const int8x16_t weight = vld1q_s8(weights);
#pragma GCC unroll 8
      for (std::size_t m = 0; m < kPositions; ++m)
        sums.at[m][n] = vmlal_s8(sums.at[m][n], vget_low_s8(window[m]), vget_low_s8(weight));
#pragma GCC unroll 8
      for (std::size_t m = 0; m < kPositions; ++m)
        sums.at[m][n] = vmlal_high_s8(sums.at[m][n], window[m], weight);
#pragma GCC unroll 8
      for (std::size_t m = 0; m < kPositions; ++m)
        pin(sums.at[m][n]);
      __asm__ volatile("" : "+r"(weights));
    }
  }
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m)
    result[m] = vaddq_s32(result[m], sum_across(sums.at[m]));
}

template <std::size_t kPositions>
inline void rows_half(RowPointers<kPositions> rows, const std::int8_t* weights, std::int64_t steps,
                      std::int64_t exact_steps, int32x4_t (&sums)[kPositions]) {
  if (exact_steps < kStepsWorthGathering) {
    rows_tile_by_pairs<kPositions>(rows, weights, steps * 16, sums);
    return;
  }
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m)
    sums[m] = vdupq_n_s32(0);
  while (steps > 0) {
    const std::int64_t now = steps < exact_steps ? steps : exact_steps;
    rows_tile_by_lanes<kPositions>(rows, weights, now * 16, sums);
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPositions; ++m)
      rows.at[m] += now * 16;
    weights += now * kStepWeights;
    steps -= now;
  }
}

// A kernel of neon_product_run.h: 8 outputs are two times 4.
template <neon::ProductShape kProductShape>
struct RowsKernel {
  static constexpr neon::ProductShape kShape = kProductShape;
  static constexpr std::size_t kPositions = 4;
  using Vector = int32x4_t;
  template <std::size_t kTilePositions>
  static void tile(const TileInput& input, TileSums<int32x4_t, kTilePositions>& result) {
    const RowPointers<kTilePositions> rows = row_pointers<kTilePositions>(input);
    const auto* weights = reinterpret_cast<const std::int8_t*>(input.weights);
    for (std::size_t half = 0; half < 2; ++half, weights += input.steps * kStepWeights) {
      int32x4_t sums[kTilePositions];
      rows_half<kTilePositions>(rows, weights, input.steps, input.exact_products / kProductsPerStep, sums);
      for (std::size_t m = 0; m < kTilePositions; ++m)
        result.at[m][half] = vaddq_s32(sums[m], vld1q_s32(input.start + half * kRowOutputs));
    }
  }
};

}  // namespace
}  // namespace bitplace
