// The vector of the AVX2 float kernels: 8 lanes, fused multiply-add, f16 conversions. Included by AVX2 files
// only; internal linkage throughout.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace bitplace {
namespace {

using Vector = __m256;
inline constexpr int kLanes = 8;

// Convolution tiles, 16 registers: 6 pixels x 2 vectors of sums, 2 vectors of weights, 1 pixel.
inline constexpr int kMostPixelsOfTwo = 6;
inline constexpr int kMostPixelsOfOne = 12;
// f16 weights that serve more pixels than this are converted once beforehand.
inline constexpr int kDirectPixels = 64;

inline __m256i lanes_below(std::int64_t count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count < kLanes ? count : kLanes)), lane);
}

inline Vector zero() {
  return _mm256_setzero_ps();
}
inline Vector broadcast(float value) {
  return _mm256_set1_ps(value);
}
inline Vector load(const float* from) {
  return _mm256_loadu_ps(from);
}
inline Vector load(const std::uint16_t* from) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
inline Vector load_first(const float* from, std::int64_t count) {
  return _mm256_maskload_ps(from, lanes_below(count));
}
inline Vector load_first(const std::uint16_t* from, std::int64_t count) {
  std::uint16_t halves[kLanes] = {};
  __builtin_memcpy(halves, from, static_cast<std::size_t>(count) * sizeof halves[0]);
  return load(halves);
}

inline Vector add(Vector a, Vector b) {
  return _mm256_add_ps(a, b);
}
// sum += x * w. Written as an instruction because g++ 12 otherwise copies sums that live across loops.
inline void multiply_add(Vector x, Vector w, Vector& sum) {
  __asm__("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(x), "x"(w));
}
// The same, the product rounded too.
inline void multiply_then_add(Vector x, Vector w, Vector& sum) {
  __asm__("vaddps %1, %0, %0" : "+x"(sum) : "x"(_mm256_mul_ps(x, w)));
}
// A NaN stays a NaN, as in the reference: the second operand is what these instructions return for it.
inline Vector clamp(Vector value, Vector low, Vector high) {
  return _mm256_min_ps(high, _mm256_max_ps(low, value));
}

inline void store(float* to, Vector value) {
  _mm256_storeu_ps(to, value);
}
inline void store(std::uint16_t* to, Vector value) {
  const __m128i halves = _mm256_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), halves);
}
inline void store_first(float* to, Vector value, std::int64_t count) {
  _mm256_maskstore_ps(to, lanes_below(count), value);
}
inline void store_first(std::uint16_t* to, Vector value, std::int64_t count) {
  std::uint16_t halves[kLanes];
  store(halves, value);
  __builtin_memcpy(to, halves, static_cast<std::size_t>(count) * sizeof halves[0]);
}

}  // namespace
}  // namespace bitplace
