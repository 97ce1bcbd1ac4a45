// The inner loop of signed-byte convolutions with dot product: M positions x 8 outputs by SDOT. Included by
// neondot files only; internal linkage throughout, no standard library.
//
// Lanes are outputs; SDOT by element takes the 4 products of a position from a lane of its window, so nothing
// is broadcast and nothing summed across. Sums stay exact in s32.
//
// Registers at M = 8: 16 accumulators, 8 windows, 2 or more weights.
#pragma once

#include "kernels/common/neon_product_run.h"

namespace bitplace {
namespace {

template <std::size_t kPositions>
using QuadSums = TileSums<int32x4_t, kPositions>;

// Adds 4 products, quad `kQuad` of every window.
template <int kQuad, std::size_t kPositions>
inline void add_quad(const int8x16_t (&window)[kPositions], const std::int8_t* weights,
                     QuadSums<kPositions>& sums) {
#pragma GCC unroll 8
  for (std::size_t v = 0; v < 2; ++v) {
    const int8x16_t weight = vld1q_s8(weights + kQuad * 32 + v * 16);
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPositions; ++m)
      sums.at[m][v] = vdotq_laneq_s32(sums.at[m][v], weight, window[m], kQuad);
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPositions; ++m)
      pin(sums.at[m][v]);
  }
}

template <std::size_t kPositions>
[[gnu::noinline]] void quads_tile(const TileInput& input, QuadSums<kPositions>& result) {
  const std::uint8_t* rows[kPositions];
  QuadSums<kPositions> sums;
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPositions; ++m) {
    rows[m] = input.rows[m];
    sums.at[m][0] = vld1q_s32(input.start);
    sums.at[m][1] = vld1q_s32(input.start + 4);
  }
  const auto* weights = reinterpret_cast<const std::int8_t*>(input.weights);
  const std::int64_t bytes = input.steps * 16;
  for (std::int64_t i = 0; i < bytes; i += 16, weights += 128) {
    int8x16_t window[kPositions];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPositions; ++m)
      window[m] = vld1q_s8(reinterpret_cast<const std::int8_t*>(rows[m] + i));
    add_quad<0>(window, weights, sums);
    add_quad<1>(window, weights, sums);
    add_quad<2>(window, weights, sums);
    add_quad<3>(window, weights, sums);
  }
  result = sums;
}

// A kernel of neon_product_run.h.
template <neon::ProductShape kProductShape>
struct QuadsKernel {
  static constexpr neon::ProductShape kShape = kProductShape;
  static constexpr std::size_t kPositions = 8;
  using Vector = int32x4_t;
  template <std::size_t kTilePositions>
  static void tile(const TileInput& input, QuadSums<kTilePositions>& sums) {
    quads_tile<kTilePositions>(input, sums);
  }
};

}  // namespace
}  // namespace bitplace
