// What becomes of a chunk's 32 accumulators, with AVX2. The float operations are those of
// kernels/common/convolution.h, one by one.
#pragma once

#include <immintrin.h>

#include "kernels/depthwise_s8_s8/depthwise_slots.h"

namespace bitplace::depthwise_slots {
namespace {

// What run-time values decide before the inner loops.
enum class Finish { raw, floats, codes, clamped_codes, unsigned_codes };

inline Finish finish_of(const ConvolutionProblem& p, const ChunkConstants& constants) {
  if (p.epilogue == ConvolutionEpilogue::raw_s32) return Finish::raw;
  if (p.epilogue == ConvolutionEpilogue::affine_f32) return Finish::floats;
  if (p.output_high > 127) return Finish::unsigned_codes;
  return constants.clamp_first ? Finish::clamped_codes : Finish::codes;
}

struct Bounds {
  float low, high;
  __m256i low_codes, high_codes;
  std::int64_t channels;  // of a chunk that exist
};

inline Bounds bounds_of(const ConvolutionProblem& p) {
  const std::int64_t channels = p.output_channels < kChunkChannels ? p.output_channels : kChunkChannels;
  return {p.output_low, p.output_high, _mm256_set1_epi8(static_cast<char>(static_cast<int>(p.output_low))),
          _mm256_set1_epi8(static_cast<char>(static_cast<int>(p.output_high))), channels};
}

inline __m256 clamp(__m256 value, const Bounds& bounds) {
  return _mm256_min_ps(_mm256_set1_ps(bounds.high), _mm256_max_ps(_mm256_set1_ps(bounds.low), value));
}

inline __m256 scaled(const float* scale, const float* bias, __m256i sum) {
  const __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_load_ps(scale));
  return _mm256_add_ps(product, _mm256_load_ps(bias));
}

// The result of one vector's accumulators in 32 bits. Codes need clamping before they are converted only
// where the conversion could overflow: the bounds are whole numbers.
template <Finish kFinish>
inline __m256i finished(const Bounds& bounds, const float* scale, const float* bias, __m256i sum) {
  if (kFinish == Finish::raw) return sum;
  __m256 value = scaled(scale, bias, sum);
  if (kFinish != Finish::codes) value = clamp(value, bounds);
  return kFinish == Finish::floats ? _mm256_castps_si256(value) : _mm256_cvtps_epi32(value);
}

inline void copy_bytes(const std::uint8_t* from, std::int64_t count, std::uint8_t* to) {
  for (std::int64_t i = 0; i < count; ++i)
    to[i] = from[i];
}

template <bool kUnsigned>
inline __m256i clamped_codes(const Bounds& bounds, __m256i words01, __m256i words23) {
  if constexpr (kUnsigned) {
    const __m256i codes = _mm256_packus_epi16(words01, words23);
    return _mm256_min_epu8(_mm256_max_epu8(codes, bounds.low_codes), bounds.high_codes);
  } else {
    const __m256i codes = _mm256_packs_epi16(words01, words23);
    return _mm256_min_epi8(_mm256_max_epi8(codes, bounds.low_codes), bounds.high_codes);
  }
}

// Codes of 32 channels from words of the first and the last two vectors.
template <Finish kFinish>
inline void store_packed(const Bounds& bounds, __m256i words01, __m256i words23, std::uint8_t* to) {
  const __m256i codes = clamped_codes<kFinish == Finish::unsigned_codes>(bounds, words01, words23);
  if (bounds.channels == kChunkChannels) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), codes);
    return;
  }
  alignas(32) std::uint8_t buffer[32];
  _mm256_store_si256(reinterpret_cast<__m256i*>(buffer), codes);
  copy_bytes(buffer, bounds.channels, to);
}

template <Finish kFinish>
inline void store_codes(const Bounds& bounds, const __m256i (&values)[4], std::uint8_t* to) {
  store_packed<kFinish>(bounds, _mm256_packs_epi32(values[0], values[1]),
                        _mm256_packs_epi32(values[2], values[3]), to);
}

// 32-bit results in the order of the channels.
inline void store_words(const Bounds& bounds, const __m256i (&values)[4], std::uint8_t* to) {
  alignas(32) std::uint8_t buffer[128];
  const bool whole = bounds.channels == kChunkChannels;
  std::uint8_t* out = whole ? to : buffer;
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16 * i), _mm256_castsi256_si128(values[i]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 64 + 16 * i), _mm256_extracti128_si256(values[i], 1));
  }
  if (!whole) copy_bytes(buffer, 4 * bounds.channels, to);
}

template <Finish kFinish>
inline void store_chunk(const Bounds& bounds, const __m256i (&values)[4], std::uint8_t* to) {
  if (kFinish != Finish::raw && kFinish != Finish::floats) {
    store_codes<kFinish>(bounds, values, to);
  } else {
    store_words(bounds, values, to);
  }
}

}  // namespace
}  // namespace bitplace::depthwise_slots
