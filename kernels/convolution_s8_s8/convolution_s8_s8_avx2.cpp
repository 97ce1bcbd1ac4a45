// u8 or s8 activations x s8 weights with AVX2: direct convolution from packed weights.
//
//   bytes   code = x - min(input_low, 0), a u8;  accumulator = start + sum of code * w,  start = low * sum of
//   w
//           vpmaddubsw, vpmaddwd with ones, vpaddd: 32 products in 3 instructions, where two products of
//           codes and weights fit 16 bits: 2 * 129 * 127 < 2^15, behind a ReLU codes are 0 ... 127; or codes
//           of any s8, 0 ... 254, where two neighbouring weights of one sign sum up to 129 at most;
//           2 x vpmaddubsw, vpaddw, vpmaddwd, vpaddd: 64 products in 5, in blocks whose weights let 16 bits
//           hold four (quad_joint.h), as nearly all of trained networks do
//   words   code = x, an s16;  vpmaddwd, vpaddd: 16 products in 2 instructions, any activations
//
// Layout: quad_plan.h. Registers: 12 sums of 6 pixels x 16 channels, 2 weights, 1 broadcast quad, 1 product;
// for bytes the ones are a 17th value, so one sum lives in memory. In runs of windows with few quads
// (quad_runs.h) 8 sums of 2 pixels x 32 channels, 2 broadcast quads, 1 weight, 1 product. Depth: sums are
// exact modulo 2^32, so any depth that the accumulator's type holds. Preconditions: none beyond the table's
// but the range of bytes.
//
// Measured, AMD EPYC (Zen 4) at 3.7 GHz, one thread, share of vpmaddubsw + vpmaddwd + vpaddd in registers:
// bytes 92 to 96 % on 3 x 3 layers of ResNet-18, 90 to 99 % on 1 x 1 layers with 144 inputs or more, joined
// 104 to 113 % there; words 78 %, which is 98 % of vpmaddwd + vpaddd in registers.
// docs/performance/int8-avx2.md has the rest.
#include <immintrin.h>

#include "kernels/convolution_s8_s8/convolution_s8_s8.h"
#include "kernels/convolution_s8_s8/quad_joint_sums.h"
#include "kernels/convolution_s8_s8/quad_runs.h"

namespace bitplace {
namespace {

using namespace quad_plan;

bool bytes_fit(const ConvolutionProblem& p) {
  const std::int32_t pair = p.largest_pair > 0 ? p.largest_pair : 2 * p.largest_weight;
  return (p.input_high - code_low(p)) * pair <= INT16_MAX;
}

struct ByteStep {
  static constexpr int kWeightBits = 8;
  static constexpr std::size_t kRunPixels = 2;
  static QuadForm form(const ConvolutionProblem& p) {
    QuadForm form = with_runs(p, {1, code_low(p), 1});
    // Four weights of one sign rarely stay within the 129 that pairs have beside codes of any s8.
    constexpr std::int64_t kLeastLimit = 254;
    const std::int64_t codes = p.input_high - code_low(p);
    const std::int64_t limit = INT16_MAX / (codes > 0 ? codes : 1);
    form.joint_limit = limit >= kLeastLimit ? limit : 0;
    return form;
  }

  static inline void add(__m256i& sum, __m256i codes, __m256i weights) {
    const __m256i pairs = _mm256_maddubs_epi16(codes, weights);
    add_in_place(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
  template <std::size_t M, std::size_t V>
  static inline void accumulate(const Tile& tile, __m256i (&sums)[M][V]) {
    if (tile.extra < 0) {
      accumulate_quads<ByteStep>(tile, sums);
    } else {
      accumulate_joint_quads(tile, sums);
    }
  }
};

struct WordStep {
  static constexpr int kWeightBits = 8;
  static constexpr std::size_t kRunPixels = 2;
  static QuadForm form(const ConvolutionProblem& p) { return with_runs(p, {2, 0, 2}); }

  static inline void add(__m256i& sum, __m256i codes, __m256i weights) {
    add_in_place(sum, _mm256_madd_epi16(codes, weights));
  }
  template <std::size_t M, std::size_t V>
  static inline void accumulate(const Tile& tile, __m256i (&sums)[M][V]) {
    accumulate_quads<WordStep>(tile, sums);
  }
};

bool accepts_bytes(const ConvolutionProblem& p) {
  return accepts_quads(p) && bytes_fit(p);
}

}  // namespace

extern const ConvolutionKernel convolution_s8_s8__avx2_bytes_6x16 = {"convolution_s8_s8__avx2_bytes_6x16",
                                                                     isa_feature::avx2,
                                                                     accepts_bytes,
                                                                     step_packed_bytes<ByteStep>,
                                                                     step_pack<ByteStep>,
                                                                     step_scratch_bytes<ByteStep>,
                                                                     step_prepare_tasks<ByteStep>,
                                                                     step_prepare<ByteStep>,
                                                                     run_tasks,
                                                                     run_task<ByteStep>};

extern const ConvolutionKernel convolution_s8_s8__avx2_words_6x16 = {"convolution_s8_s8__avx2_words_6x16",
                                                                     isa_feature::avx2,
                                                                     accepts_quads,
                                                                     step_packed_bytes<WordStep>,
                                                                     step_pack<WordStep>,
                                                                     step_scratch_bytes<WordStep>,
                                                                     step_prepare_tasks<WordStep>,
                                                                     step_prepare<WordStep>,
                                                                     run_tasks,
                                                                     run_task<WordStep>};

}  // namespace bitplace
