// What becomes of the accumulators of a tile, with AVX2: M pixels x V vectors of 8 channels in the lanes that
// quad_plan.h gives them. The float operations are those of kernels/common/convolution.h, one by one.
#pragma once

#include <immintrin.h>

#include "kernels/convolution_s8_s8/quad_plan.h"

namespace bitplace::quad_plan {
namespace {

// Where a tile's outputs go: `channels` of them exist, fewer than 8 * V in a group's last block.
struct TileOutput {
  const ConvolutionProblem* problem;
  bool clamp_first;
  const float* scale;
  const float* bias;
  std::uint8_t* pixel;  // first channel of the tile in the first pixel
  std::int64_t pixel_bytes;
  std::int64_t channels;
};

// The first `bytes` bytes of a register.
template <typename Vector>
inline void store_part(void* to, const Vector& value, std::int64_t bytes) {
  std::uint8_t buffer[sizeof(Vector)];
  __builtin_memcpy(buffer, &value, sizeof(Vector));
  auto* out = static_cast<std::uint8_t*>(to);
  for (std::int64_t i = 0; i < bytes; ++i)
    out[i] = buffer[i];
}

inline void store_lanes(std::uint8_t* to, __m256i value, std::int64_t channels) {
  if (channels >= kLanes) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value);
  } else if (channels > 0) {
    store_part(to, value, 4 * channels);
  }
}

// 32-bit results in the order of the channels.
template <std::size_t V>
inline void store_words(std::uint8_t* to, const __m256i (&values)[V], std::int64_t channels) {
  if constexpr (V == 1) {
    store_lanes(to, values[0], channels);
  } else {
    store_lanes(to, _mm256_permute2x128_si256(values[0], values[1], 0x20), channels);
    store_lanes(to + 32, _mm256_permute2x128_si256(values[0], values[1], 0x31), channels - kLanes);
  }
}

inline __m256 clamp(__m256 value, __m256 low, __m256 high) {
  return _mm256_min_ps(high, _mm256_max_ps(low, value));
}

inline __m256 scaled(const TileOutput& out, __m256i sum, std::size_t vector) {
  const __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_load_ps(out.scale + vector * 8));
  return _mm256_add_ps(product, _mm256_load_ps(out.bias + vector * kLanes));
}

template <std::size_t M, std::size_t V>
inline void write_raw(const TileOutput& out, const __m256i (&sums)[M][V]) {
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; ++m)
    store_words<V>(out.pixel + static_cast<std::int64_t>(m) * out.pixel_bytes, sums[m], out.channels);
}

template <std::size_t M, std::size_t V>
inline void write_floats(const TileOutput& out, const __m256i (&sums)[M][V]) {
  const __m256 low = _mm256_set1_ps(out.problem->output_low);
  const __m256 high = _mm256_set1_ps(out.problem->output_high);
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; ++m) {
    __m256i values[V];
    for (std::size_t v = 0; v < V; ++v)
      values[v] = _mm256_castps_si256(clamp(scaled(out, sums[m][v], v), low, high));
    store_words<V>(out.pixel + static_cast<std::int64_t>(m) * out.pixel_bytes, values, out.channels);
  }
}

// Rounded and packed to 16 bits. Unless clamp_first, values stay inside s32, where the conversion is exact to
// the contract's rounding, and clamping afterwards gives the same because the bounds are whole numbers.
template <std::size_t V>
inline __m256i to_words(const TileOutput& out, const __m256i (&sums)[V]) {
  __m256 values[V];
  for (std::size_t v = 0; v < V; ++v)
    values[v] = scaled(out, sums[v], v);
  if (out.clamp_first) {
    for (std::size_t v = 0; v < V; ++v)
      values[v] =
          clamp(values[v], _mm256_set1_ps(out.problem->output_low), _mm256_set1_ps(out.problem->output_high));
  }
  return _mm256_packs_epi32(_mm256_cvtps_epi32(values[0]), _mm256_cvtps_epi32(values[V - 1]));
}

template <std::size_t V>
inline void store_bytes(std::uint8_t* to, __m128i value, std::int64_t channels) {
  if (V == 2 && channels >= 2 * kLanes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), value);
  } else if (V == 1 && channels >= kLanes) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), value);
  } else {
    store_part(to, value, channels);
  }
}

// Channels in order: with one vector its lanes are packed beside themselves and fall on every other 4 bytes.
template <std::size_t V>
inline __m256i in_order(__m256i bytes) {
  const __m256i halves = _mm256_permute4x64_epi64(bytes, 0xd8);
  return V == 2 ? halves : _mm256_shuffle_epi32(halves, 0xd8);
}

template <std::size_t M, std::size_t V>
inline void write_bytes(const TileOutput& out, const __m256i (&sums)[M][V]) {
  const __m256i low = _mm256_set1_epi8(static_cast<char>(static_cast<int>(out.problem->output_low)));
  const __m256i high = _mm256_set1_epi8(static_cast<char>(static_cast<int>(out.problem->output_high)));
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; m += 2) {
    const std::size_t second = m + 1 < M ? m + 1 : m;
    const __m256i words = to_words<V>(out, sums[m]);
    const __m256i bytes = _mm256_packs_epi16(words, second == m ? words : to_words<V>(out, sums[second]));
    const __m256i clamped = _mm256_min_epi8(_mm256_max_epi8(in_order<V>(bytes), low), high);
    std::uint8_t* to = out.pixel + static_cast<std::int64_t>(m) * out.pixel_bytes;
    store_bytes<V>(to, _mm256_castsi256_si128(clamped), out.channels);
    if (second != m) store_bytes<V>(to + out.pixel_bytes, _mm256_extracti128_si256(clamped, 1), out.channels);
  }
}

template <std::size_t M, std::size_t V>
inline void write_tile(const TileOutput& out, const __m256i (&sums)[M][V]) {
  switch (out.problem->epilogue) {
    case ConvolutionEpilogue::requantize_s8:
      return write_bytes<M, V>(out, sums);
    case ConvolutionEpilogue::affine_f32:
      return write_floats<M, V>(out, sums);
    default:
      return write_raw<M, V>(out, sums);
  }
}

}  // namespace
}  // namespace bitplace::quad_plan
