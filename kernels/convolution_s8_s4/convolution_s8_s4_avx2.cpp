// u8 or s8 activations x s4 weights with AVX2: direct convolution from weights widened to bytes.
//
//   code = x - min(input_low, 0), a u8;  accumulator = start + sum of code * w,  start = low * sum of w
//
// vpmaddubsw and vpaddw sum pairs of products in 16 bits: 32 products in 2 instructions. The 16-bit sums are
// widened and added to those of 32 bits after every run of n quads,
//   n = floor((2^15 - 1) / (2 * largest code * largest weight)):
// 9 for any s8 or u8, 18 for codes 0 ... 127, 167 for s4 activations, 64 for signs and codes up to 255.
//
// Layout: quad_plan.h. Registers: 12 sums of 16 bits for 6 pixels x 16 channels, 2 weights, 1 broadcast quad,
// 1 product; the sums of 32 bits stay in the first-level cache. Depth: any, as each run is exact and sums are
// exact modulo 2^32. Preconditions: none beyond the table's.
//
// Measured, AMD EPYC (Zen 4) at 3.7 GHz, one thread, share of vpmaddubsw + vpaddw in registers: 85 to 91 % on
// 3 x 3 layers of ResNet-18, 1.5 to 1.6 times the speed of the same layers with s8 weights.
#include <immintrin.h>

#include "kernels/convolution_s8_s4/convolution_s8_s4.h"
#include "kernels/convolution_s8_s8/quad_runs.h"

namespace bitplace {
namespace {

using namespace quad_plan;

// Quads whose products 16 bits hold: each adds two to a 16-bit lane.
std::int64_t longest_run(const ConvolutionProblem& p) {
  const std::int64_t largest_product = (p.input_high - code_low(p)) * p.largest_weight;
  return INT16_MAX / (2 * (largest_product > 0 ? largest_product : 1));
}

struct PairStep {
  static constexpr int kWeightBits = 4;
  static constexpr std::size_t kRunPixels = 0;
  static QuadForm form(const ConvolutionProblem& p) { return {1, code_low(p), 1}; }

  template <std::size_t M, std::size_t V>
  static inline void accumulate(const Tile& tile, __m256i (&sums)[M][V]) {
    load_start(tile, sums);
    const std::uint8_t* weights = tile.weights;
    const std::int64_t* offsets = tile.offsets;
    const std::int64_t longest = longest_run(*tile.problem);
    std::int64_t runs = (tile.quads + longest - 1) / longest;
    for (std::int64_t left = tile.quads; left > 0; --runs) {
      const std::int64_t run = (left + runs - 1) / runs;
      add_run<M, V>(tile, weights, offsets, run, sums);
      weights += run * static_cast<std::int64_t>(V * 32);
      offsets += run;
      left -= run;
    }
  }

  template <std::size_t M, std::size_t V>
  static inline void add_run(const Tile& tile, const std::uint8_t* weights, const std::int64_t* offsets,
                             std::int64_t run, __m256i (&sums)[M][V]) {
    __m256i pairs[M][V];
#pragma GCC unroll 8
    for (std::size_t m = 0; m < M; ++m)
#pragma GCC unroll 2
      for (std::size_t v = 0; v < V; ++v)
        pairs[m][v] = _mm256_setzero_si256();
    for (std::int64_t q = 0; q < run; ++q) {
      const std::int64_t offset = offsets[q];
      __m256i weight[V];
#pragma GCC unroll 2
      for (std::size_t v = 0; v < V; ++v)
        weight[v] = _mm256_load_si256(reinterpret_cast<const __m256i*>(weights) + v);
#pragma GCC unroll 8
      for (std::size_t m = 0; m < M; ++m) {
        const __m256i codes = broadcast_quad(tile.windows[m] + offset);
#pragma GCC unroll 2
        for (std::size_t v = 0; v < V; ++v)
          add_words_in_place(pairs[m][v], _mm256_maddubs_epi16(codes, weight[v]));
      }
      weights += V * 32;
    }
#pragma GCC unroll 8
    for (std::size_t m = 0; m < M; ++m)
#pragma GCC unroll 2
      for (std::size_t v = 0; v < V; ++v)
        sums[m][v] = _mm256_add_epi32(sums[m][v], _mm256_madd_epi16(pairs[m][v], _mm256_set1_epi16(1)));
  }
};

bool accepts_pairs(const ConvolutionProblem& p) {
  return accepts_quads(p) && longest_run(p) >= 1;
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s4__avx2_6x16 = {"convolution_s8_s4__avx2_6x16",
                                                               isa_feature::avx2,
                                                               accepts_pairs,
                                                               step_packed_bytes<PairStep>,
                                                               step_pack<PairStep>,
                                                               step_scratch_bytes<PairStep>,
                                                               step_prepare_tasks<PairStep>,
                                                               step_prepare<PairStep>,
                                                               run_tasks,
                                                               run_task<PairStep>};

}  // namespace bitplace
