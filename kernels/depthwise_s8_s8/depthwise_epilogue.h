// What becomes of a chunk's 32 accumulators, with AVX2. The float operations are those of
// kernels/common/convolution.h, one by one.
#pragma once

#include <immintrin.h>

#include "kernels/depthwise_s8_s8/depthwise_slots.h"

namespace bitplace::depthwise_slots {
namespace {

inline __m256 clamp(__m256 value, float low, float high) {
  return _mm256_min_ps(_mm256_set1_ps(high), _mm256_max_ps(_mm256_set1_ps(low), value));
}

inline __m256 scaled(const ChunkConstants& constants, __m256i sum, int vector) {
  const __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_load_ps(constants.scale + vector * 8));
  return _mm256_add_ps(product, _mm256_load_ps(constants.bias + vector * 8));
}

// The result of one vector's accumulators as 32 bits, but for the bounds of requantize_s8.
template <ConvolutionEpilogue kEpilogue>
inline __m256i finished(const ConvolutionProblem& p, const ChunkConstants& constants, __m256i sum,
                        int vector) {
  if (kEpilogue == ConvolutionEpilogue::raw_s32) return sum;
  const __m256 value = scaled(constants, sum, vector);
  if (kEpilogue == ConvolutionEpilogue::affine_f32) {
    return _mm256_castps_si256(clamp(value, p.output_low, p.output_high));
  }
  return _mm256_cvtps_epi32(constants.clamp_first ? clamp(value, p.output_low, p.output_high) : value);
}

inline void store_bytes(const std::uint8_t* from, std::int64_t count, std::uint8_t* to) {
  for (std::int64_t i = 0; i < count; ++i)
    to[i] = from[i];
}

inline void store_codes(const ConvolutionProblem& p, const __m256i (&values)[4], std::uint8_t* to) {
  const __m256i words01 = _mm256_packs_epi32(values[0], values[1]);
  const __m256i words23 = _mm256_packs_epi32(values[2], values[3]);
  const __m256i low = _mm256_set1_epi8(static_cast<char>(static_cast<int>(p.output_low)));
  const __m256i high = _mm256_set1_epi8(static_cast<char>(static_cast<int>(p.output_high)));
  const __m256i codes = _mm256_min_epi8(_mm256_max_epi8(_mm256_packs_epi16(words01, words23), low), high);
  if (p.output_channels >= kChunkChannels) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), codes);
    return;
  }
  alignas(32) std::uint8_t buffer[32];
  _mm256_store_si256(reinterpret_cast<__m256i*>(buffer), codes);
  store_bytes(buffer, p.output_channels, to);
}

// 32-bit results in the order of the channels.
inline void store_words(const ConvolutionProblem& p, const __m256i (&values)[4], std::uint8_t* to) {
  alignas(32) std::uint8_t buffer[128];
  const bool whole = p.output_channels >= kChunkChannels;
  std::uint8_t* out = whole ? to : buffer;
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16 * i), _mm256_castsi256_si128(values[i]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 64 + 16 * i), _mm256_extracti128_si256(values[i], 1));
  }
  if (!whole) store_bytes(buffer, 4 * std::int64_t{p.output_channels}, to);
}

template <ConvolutionEpilogue kEpilogue>
inline void store_chunk(const ConvolutionProblem& p, const __m256i (&values)[4], std::uint8_t* to) {
  if (kEpilogue == ConvolutionEpilogue::requantize_s8) {
    store_codes(p, values, to);
  } else {
    store_words(p, values, to);
  }
}

}  // namespace
}  // namespace bitplace::depthwise_slots
