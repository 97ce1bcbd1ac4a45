// The step of quad_tiles.h for CPUs with dot products of bytes: unsigned codes x s8 weights, 4 products per
// lane and instruction, exact in 32 bits. Compiled for AVX-VNNI, and by a test for AVX-512 VNNI, which has
// the same instruction in another encoding.
#pragma once

#include "kernels/convolution_s8_s8/quad_tiles.h"

namespace bitplace::quad_plan {
namespace {

inline __m256i dot(__m256i sum, __m256i codes, __m256i weights) {
#if defined(__AVXVNNI__)
  return _mm256_dpbusd_avx_epi32(sum, codes, weights);
#else
  return _mm256_dpbusd_epi32(sum, codes, weights);
#endif
}

template <int kBits>
struct DotStep {
  static constexpr int kWeightBits = kBits;
  static QuadForm form(const ConvolutionProblem& p) { return {1, code_low(p), 1}; }

  template <std::size_t M, std::size_t V>
  static inline void accumulate(const Tile& tile, __m256i (&sums)[M][V]) {
    load_start(tile, sums);
    const std::uint8_t* weights = tile.weights;
    for (std::int64_t q = 0; q < tile.quads; ++q) {
      const std::int64_t offset = tile.offsets[q];
      __m256i weight[V];
#pragma GCC unroll 2
      for (std::size_t v = 0; v < V; ++v)
        weight[v] = _mm256_load_si256(reinterpret_cast<const __m256i*>(weights) + v);
#pragma GCC unroll 8
      for (std::size_t m = 0; m < M; ++m) {
        const __m256i codes = broadcast_quad(tile.windows[m] + offset);
#pragma GCC unroll 2
        for (std::size_t v = 0; v < V; ++v) {
          sums[m][v] = dot(sums[m][v], codes, weight[v]);
          pin(sums[m][v]);
        }
      }
      weights += V * 32;
    }
  }
};

}  // namespace
}  // namespace bitplace::quad_plan
