// Products of 16-bit numbers for winograd_tiles.h.
#pragma once

#include "kernels/convolution_s8_s8/winograd_tiles.h"

namespace bitplace::winograd {
namespace {

template <int kBits>
struct WordProduct {
  static constexpr int kWeightBits = kBits;
  // In place and by hand: g++ 12 otherwise copies sums after additions.
  static void add(__m256i& sum, __m256i codes, __m256i weights) {
    asm("vpaddd %1, %0, %0" : "+x"(sum) : "x"(_mm256_madd_epi16(codes, weights)));
  }
};

#if defined(__AVXVNNI__) || defined(__AVX512VNNI__)
// The same products and sums in one instruction.
template <int kBits>
struct DotProduct {
  static constexpr int kWeightBits = kBits;
  static void add(__m256i& sum, __m256i codes, __m256i weights) {
#if defined(__AVXVNNI__)
    sum = _mm256_dpwssd_avx_epi32(sum, codes, weights);
#else
    sum = _mm256_dpwssd_epi32(sum, codes, weights);
#endif
    asm("" : "+x"(sum));  // g++ 12 otherwise keeps some sums in memory
  }
};
#endif

}  // namespace
}  // namespace bitplace::winograd
