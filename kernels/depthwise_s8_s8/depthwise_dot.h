// The step of depthwise_tiles.h for CPUs with dot products of bytes: any codes, exact in 32 bits. Compiled
// for AVX-VNNI, and by a test for AVX-512 VNNI, which has the same instruction in another encoding.
#pragma once

#include "kernels/depthwise_s8_s8/depthwise_tiles.h"

namespace bitplace::depthwise_slots {
namespace {

struct DotStep {
  using Slots = ByteSlots<true>;
  static constexpr bool kStart = true;
  static constexpr std::int64_t kUnrolledGroups = 1;
  static SlotForm form(const ConvolutionProblem& p) { return {4, p.input_low < 0 ? p.input_low : 0}; }
  static __m256i add(__m256i sum, __m256i codes, __m256i weights) {
#if defined(__AVXVNNI__)
    return _mm256_dpbusd_avx_epi32(sum, codes, weights);
#else
    return _mm256_dpbusd_epi32(sum, codes, weights);
#endif
  }
};

}  // namespace
}  // namespace bitplace::depthwise_slots
