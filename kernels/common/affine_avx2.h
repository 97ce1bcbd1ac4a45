// The affine step behind integer accumulators, with AVX2: 8 of them at once, each operation of the contract
// (kernels/common/convolution.h) rounded on its own. Included by AVX2 files only; internal linkage.
#pragma once

#include <immintrin.h>

namespace bitplace {
namespace {

// Scales and biases are aligned to 32 bytes.
inline __m256 scaled(__m256i sums, const float* scale, const float* bias) {
  return _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_load_ps(scale)), _mm256_load_ps(bias));
}

// Of equal zeros the value stays.
inline __m256 clamped(__m256 value, float low, float high) {
  return _mm256_min_ps(_mm256_set1_ps(high), _mm256_max_ps(_mm256_set1_ps(low), value));
}

}  // namespace
}  // namespace bitplace
