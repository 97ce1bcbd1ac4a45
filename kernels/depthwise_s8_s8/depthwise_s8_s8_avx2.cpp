// Depthwise u8 or s8 activations x s8 weights with AVX2.
#include <immintrin.h>

#include "kernels/depthwise_s8_s8/depthwise_s8_s8.h"
#include "kernels/depthwise_s8_s8/depthwise_tiles.h"

namespace bitplace {
namespace {

using namespace depthwise_slots;

struct ByteStep {
  using Slots = ByteSlots<false>;
  static constexpr bool kStart = false;
  static constexpr std::int64_t kUnrolledGroups = 1;
  static SlotForm form(const ConvolutionProblem&) { return {4, 0}; }
  static __m256i add(__m256i sum, __m256i codes, __m256i weights) {
    const __m256i pairs = _mm256_maddubs_epi16(codes, weights);
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
  }
};

struct WordStep {
  using Slots = WordSlots;
  static constexpr bool kStart = true;
  static constexpr std::int64_t kUnrolledGroups = 2;
  static SlotForm form(const ConvolutionProblem& p) { return {2, p.input_low < 0 ? p.input_low : 0}; }
  static __m256i add(__m256i sum, __m256i codes, __m256i weights) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(codes, weights));
  }
};

// Two products of unsigned codes fit 16 bits.
bool accepts_bytes(const ConvolutionProblem& p) {
  return p.input_low >= 0 && 2 * p.input_high * p.largest_weight <= INT16_MAX && accepts<ByteStep>(p);
}

}  // namespace

extern const ConvolutionKernel depthwise_s8_s8__avx2_bytes_2x32 = {"depthwise_s8_s8__avx2_bytes_2x32",
                                                                   isa_feature::avx2,
                                                                   accepts_bytes,
                                                                   step_packed_bytes<ByteStep>,
                                                                   step_pack<ByteStep>,
                                                                   no_scratch,
                                                                   no_prepare_tasks,
                                                                   prepare_nothing,
                                                                   step_tasks<ByteStep>,
                                                                   run_task<ByteStep>};

extern const ConvolutionKernel depthwise_s8_s8__avx2_words_2x32 = {"depthwise_s8_s8__avx2_words_2x32",
                                                                   isa_feature::avx2,
                                                                   accepts<WordStep>,
                                                                   step_packed_bytes<WordStep>,
                                                                   step_pack<WordStep>,
                                                                   no_scratch,
                                                                   no_prepare_tasks,
                                                                   prepare_nothing,
                                                                   step_tasks<WordStep>,
                                                                   run_task<WordStep>};

}  // namespace bitplace
