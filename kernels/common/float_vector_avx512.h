// The vector of the AVX-512 float kernels: 16 lanes, fused multiply-add, f16 conversions. Included by AVX-512
// files only; internal linkage throughout.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace bitplace {
namespace {

using Vector = __m512;
inline constexpr int kLanes = 16;

// Convolution tiles, 32 registers: 14 pixels x 2 vectors of sums, 2 vectors of weights, 1 pixel.
inline constexpr int kMostPixelsOfTwo = 14;
inline constexpr int kMostPixelsOfOne = 14;
// f16 weights that serve more pixels than this are converted once beforehand.
inline constexpr int kDirectPixels = kMostPixelsOfTwo;

inline __mmask16 lanes_below(std::int64_t count) {
  return static_cast<__mmask16>(count >= kLanes ? 0xffffu : (1u << count) - 1u);
}

inline Vector zero() {
  return _mm512_setzero_ps();
}
inline Vector broadcast(float value) {
  return _mm512_set1_ps(value);
}
inline Vector load(const float* from) {
  return _mm512_loadu_ps(from);
}
inline Vector load(const std::uint16_t* from) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
inline Vector load_first(const float* from, std::int64_t count) {
  return _mm512_maskz_loadu_ps(lanes_below(count), from);
}
inline Vector load_first(const std::uint16_t* from, std::int64_t count) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes_below(count), from));
}

inline Vector add(Vector a, Vector b) {
  return _mm512_add_ps(a, b);
}
// sum += x * w. Written as an instruction because g++ 12 otherwise copies sums that live across loops.
inline void multiply_add(Vector x, Vector w, Vector& sum) {
  __asm__("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
}
// A NaN stays a NaN, as in the reference: the second operand is what these instructions return for it.
inline Vector clamp(Vector value, Vector low, Vector high) {
  return _mm512_min_ps(high, _mm512_max_ps(low, value));
}

inline void store(float* to, Vector value) {
  _mm512_storeu_ps(to, value);
}
inline void store(std::uint16_t* to, Vector value) {
  const __m256i halves = _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), halves);
}
inline void store_first(float* to, Vector value, std::int64_t count) {
  _mm512_mask_storeu_ps(to, lanes_below(count), value);
}
inline void store_first(std::uint16_t* to, Vector value, std::int64_t count) {
  const __m256i halves = _mm512_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  _mm256_mask_storeu_epi16(to, lanes_below(count), halves);
}

}  // namespace
}  // namespace bitplace
