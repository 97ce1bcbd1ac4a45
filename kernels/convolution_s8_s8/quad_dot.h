// The step of quad_tiles.h and quad_runs.h for CPUs with dot products of bytes: unsigned codes x s8 weights,
// 4 products per lane and instruction, exact in 32 bits. Compiled for AVX-VNNI, and by a test for AVX-512
// VNNI, which has the same instruction in another encoding.
#pragma once

#include "kernels/convolution_s8_s8/quad_runs.h"

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
  static constexpr std::size_t kRunPixels = 3;
  static QuadForm form(const ConvolutionProblem& p) { return with_runs(p, {1, code_low(p), 1}); }

  static inline void add(__m256i& sum, __m256i codes, __m256i weights) {
    sum = dot(sum, codes, weights);
    pin(sum);
  }
  template <std::size_t M, std::size_t V>
  static inline void accumulate(const Tile& tile, __m256i (&sums)[M][V]) {
    accumulate_quads<DotStep>(tile, sums);
  }
};

}  // namespace
}  // namespace bitplace::quad_plan
