// The inner loop of byte convolutions with int8 matrix multiply: M positions x 8 outputs by SMMLA, or USMMLA
// where activations are unsigned. Included by neoni8mm files only; internal linkage throughout, no standard
// library.
//
// One instruction multiplies 2 positions x 8 products by 8 products x 2 outputs and adds a 2 x 2 block: 32
// products, twice SDOT's. Pairs of windows are woven together when they are gathered, once for all outputs,
// and the blocks are taken apart after the loop. Sums stay exact in s32.
//
// Registers at M = 8: 16 accumulators, 8 woven windows, 2 or more weights.
#pragma once

#include "kernels/common/neon_product_run.h"

namespace bitplace {
namespace {

inline int32x4_t add_products(int32x4_t sums, int8x16_t windows, int8x16_t weights) {
  return vmmlaq_s32(sums, windows, weights);
}
inline int32x4_t add_products(int32x4_t sums, uint8x16_t windows, int8x16_t weights) {
  return vusmmlaq_s32(sums, windows, weights);
}

inline constexpr std::size_t kOutputPairs = 4;

// 2 x 2 blocks: position 0 with outputs 0 and 1, then position 1.
template <std::size_t kPairs>
struct OctetSums {
  int32x4_t at[kPairs][kOutputPairs];
};

template <typename Bytes>
inline Bytes load_bytes(const std::uint8_t* from) {
  return Bytes(vld1q_u8(from));
}

template <typename Bytes, std::size_t kPairs>
inline void add_octet(const Bytes (&windows)[kPairs], const std::int8_t* weights, OctetSums<kPairs>& sums) {
#pragma GCC unroll 8
  for (std::size_t n = 0; n < kOutputPairs; ++n) {
    const int8x16_t weight = vld1q_s8(weights + n * 16);
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPairs; ++m)
      sums.at[m][n] = add_products(sums.at[m][n], windows[m], weight);
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPairs; ++m)
      pin(sums.at[m][n]);
  }
}

template <typename Bytes, std::size_t kPairs>
[[gnu::noinline]] void octets_tile(const TileInput& input, OctetSums<kPairs>& result) {
  const std::uint8_t* pairs[kPairs];
  OctetSums<kPairs> sums;
#pragma GCC unroll 8
  for (std::size_t m = 0; m < kPairs; ++m) {
    pairs[m] = input.rows[2 * m];
#pragma GCC unroll 8
    for (std::size_t n = 0; n < kOutputPairs; ++n)
      sums.at[m][n] = vdupq_n_s32(0);
  }
  const auto* weights = reinterpret_cast<const std::int8_t*>(input.weights);
  for (std::int64_t i = 0; i < input.steps * 32; i += 32, weights += 128) {
    Bytes low[kPairs], high[kPairs];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < kPairs; ++m) {
      low[m] = load_bytes<Bytes>(pairs[m] + i);
      high[m] = load_bytes<Bytes>(pairs[m] + i + 16);
    }
    add_octet(low, weights, sums);
    add_octet(high, weights + 64, sums);
  }
  result = sums;
}

inline int32x4_t lower_halves(int32x4_t a, int32x4_t b) {
  return vreinterpretq_s32_s64(vzip1q_s64(vreinterpretq_s64_s32(a), vreinterpretq_s64_s32(b)));
}
inline int32x4_t upper_halves(int32x4_t a, int32x4_t b) {
  return vreinterpretq_s32_s64(vzip2q_s64(vreinterpretq_s64_s32(a), vreinterpretq_s64_s32(b)));
}

// A kernel of neon_product_run.h. A single position is woven with itself.
template <neon::ProductShape kProductShape, typename Bytes>
struct OctetsKernel {
  static constexpr neon::ProductShape kShape = kProductShape;
  static constexpr std::size_t kPositions = 8;
  using Vector = int32x4_t;
  template <std::size_t kTilePositions>
  static void tile(const TileInput& input, TileSums<int32x4_t, kTilePositions>& result) {
    OctetSums<(kTilePositions + 1) / 2> sums;
    octets_tile<Bytes>(input, sums);
    for (std::size_t m = 0; m < kTilePositions; ++m) {
      const int32x4_t(&pair)[kOutputPairs] = sums.at[m / 2];
      result.at[m][0] = m % 2 == 0 ? lower_halves(pair[0], pair[1]) : upper_halves(pair[0], pair[1]);
      result.at[m][1] = m % 2 == 0 ? lower_halves(pair[2], pair[3]) : upper_halves(pair[2], pair[3]);
    }
  }
};

// Runs the kernel that reads activations as the problem says.
template <neon::ProductShape kProductShape>
inline void run_octets(const ConvolutionCall& call, std::int64_t task) {
  if (call.problem->input_low >= 0) {
    run_product<OctetsKernel<kProductShape, uint8x16_t>>(call, task);
  } else {
    run_product<OctetsKernel<kProductShape, int8x16_t>>(call, task);
  }
}

}  // namespace
}  // namespace bitplace
