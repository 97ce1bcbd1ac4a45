// Sums over joint quads (quad_joint.h) with AVX2: 2 x vpmaddubsw, vpaddw, vpmaddwd with ones, vpaddd are 64
// products in 5 instructions. Everything lies in an unnamed namespace, so each kernel file gets its own copy
// for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/convolution_s8_s8/quad_tiles.h"

namespace bitplace::quad_plan {
namespace {

inline __m256i load_weights(const std::uint8_t* weights, std::size_t vector) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(weights) + vector);
}

inline void add_joint(__m256i& sum, __m256i codes, __m256i weights, __m256i other_codes,
                      __m256i other_weights) {
  const __m256i products = _mm256_add_epi16(_mm256_maddubs_epi16(codes, weights),
                                            _mm256_maddubs_epi16(other_codes, other_weights));
  add_in_place(sum, _mm256_madd_epi16(products, _mm256_set1_epi16(1)));
}

// What there is less of, pixels or vectors, stays in registers for a pair of quads.
template <std::size_t M, std::size_t V>
[[gnu::always_inline]] inline void add_joint_pair(const Tile& tile, std::int64_t offset, std::int64_t other,
                                                  const std::uint8_t* weights, __m256i (&sums)[M][V]) {
  if constexpr (V > M) {
    __m256i codes[M], other_codes[M];
#pragma GCC unroll 4
    for (std::size_t m = 0; m < M; ++m) {
      codes[m] = broadcast_quad(tile.windows[m] + offset);
      other_codes[m] = broadcast_quad(tile.windows[m] + other);
      pin(codes[m]);
      pin(other_codes[m]);
    }
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
#pragma GCC unroll 4
      for (std::size_t m = 0; m < M; ++m)
        add_joint(sums[m][v], codes[m], load_weights(weights, v), other_codes[m],
                  load_weights(weights, V + v));
  } else {
#pragma GCC unroll 8
    for (std::size_t m = 0; m < M; ++m) {
      const __m256i codes = broadcast_quad(tile.windows[m] + offset);
      const __m256i other_codes = broadcast_quad(tile.windows[m] + other);
#pragma GCC unroll 2
      for (std::size_t v = 0; v < V; ++v)
        add_joint(sums[m][v], codes, load_weights(weights, v), other_codes, load_weights(weights, V + v));
    }
  }
}

// A window's quads, then the block's extra ones.
template <std::size_t M, std::size_t V>
[[gnu::always_inline]] inline void accumulate_joint_quads(const Tile& tile, __m256i (&sums)[M][V]) {
  load_start(tile, sums);
  const std::uint8_t* weights = tile.weights;
  const std::int64_t* offsets = tile.offsets;
  std::int64_t quads = tile.quads;
  for (int part = 0; part < 2; ++part) {
    for (std::int64_t q = 0; q < quads; q += 2, weights += V * 64)
      add_joint_pair(tile, offsets[q], offsets[q + 1], weights, sums);
    offsets = tile.extra_offsets;
    quads = tile.extra;
  }
}

}  // namespace
}  // namespace bitplace::quad_plan
