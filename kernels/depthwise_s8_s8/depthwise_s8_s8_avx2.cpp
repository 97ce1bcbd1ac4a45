// Depthwise u8 or s8 activations x s8 weights with AVX2.
//
//   bytes   4 vertically adjacent codes x to a lane: vpmaddubsw, vpmaddwd with ones, vpaddd, where two
//           products fit 16 bits, 2 * 127 * 127 < 2^15 (behind a ReLU codes are 0 ... 127)
//   words   2 codes x - min(input_low, 0) to a lane as 16 bits: vpmaddwd, vpaddd, any activations
//
// Layout: depthwise_slots.h. Tiles: depthwise_tile_of_4.h and depthwise_apart.h for 3 x 3, depthwise_tiles.h
// for others, whose registers for two outputs of 8 channels are 2 sums, 1 vector of slots, 2 products, 8
// results that wait for packing; weights, scales and biases are memory operands. Depth: any. Preconditions:
// windows that fit the buffer of depthwise_build.h, which those of 11 x 11 kernels dilated by 2 do.
//
// Measured, AMD EPYC (Zen 4) at 3.7 GHz, one thread, 3 x 3: 32 to 48 G multiply-accumulates/s without stride
// (bytes), 23 to 35 (words), 22 to 35 with stride 2 (bytes). docs/performance/int8-avx2.md says what limits.
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
