// The vector of the SSE4.2 float kernels: 4 lanes; a product and a sum are two instructions, each rounded.
// Included by SSE4.2 files only; internal linkage throughout.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace bitplace {
namespace {

using Vector = __m128;
inline constexpr int kLanes = 4;

// Convolution tiles, 16 registers: 6 pixels x 2 vectors of sums, 2 vectors of weights, 1 pixel, 1 product.
inline constexpr int kMostPixelsOfTwo = 6;
inline constexpr int kMostPixelsOfOne = 12;
inline constexpr int kDirectPixels = 0;

inline Vector zero() {
  return _mm_setzero_ps();
}
inline Vector broadcast(float value) {
  return _mm_set1_ps(value);
}
inline Vector load(const float* from) {
  return _mm_loadu_ps(from);
}
inline Vector load_first(const float* from, std::int64_t count) {
  float values[kLanes] = {};
  __builtin_memcpy(values, from, static_cast<std::size_t>(count) * sizeof values[0]);
  return load(values);
}

inline Vector add(Vector a, Vector b) {
  return _mm_add_ps(a, b);
}
inline void multiply_then_add(Vector x, Vector w, Vector& sum) {
  sum = _mm_add_ps(sum, _mm_mul_ps(x, w));
}
inline void multiply_add(Vector x, Vector w, Vector& sum) {
  multiply_then_add(x, w, sum);
}
// A NaN stays a NaN, as in the reference: the second operand is what these instructions return for it.
inline Vector clamp(Vector value, Vector low, Vector high) {
  return _mm_min_ps(high, _mm_max_ps(low, value));
}

inline void store(float* to, Vector value) {
  _mm_storeu_ps(to, value);
}
inline void store_first(float* to, Vector value, std::int64_t count) {
  float values[kLanes];
  store(values, value);
  __builtin_memcpy(to, values, static_cast<std::size_t>(count) * sizeof values[0]);
}

}  // namespace
}  // namespace bitplace
