// What becomes of the accumulators of a tile, with AVX2: M pixels x V vectors of 8 channels in the lanes that
// quad_plan.h gives them. The float operations are those of kernels/common/convolution.h, one by one.
#pragma once

#include <immintrin.h>

#include "kernels/common/affine_avx2.h"
#include "kernels/convolution_s8_s8/quad_plan.h"

namespace bitplace::quad_plan {
namespace {

// Where a tile's outputs go: `channels` of them exist, fewer than 8 * V in a group's last block.
struct TileOutput {
  __m256i low_codes, high_codes;
  ConvolutionEpilogue epilogue;
  bool clamp_first;
  bool unsigned_codes;
  float low, high;
  const float* scale;
  const float* bias;
  std::uint8_t* pixel;  // first channel of the tile in the first pixel
  std::int64_t pixel_bytes;
  std::int64_t channels;
};

inline std::int64_t output_bytes(const ConvolutionProblem& p) {
  return p.epilogue == ConvolutionEpilogue::requantize_s8 ? 1 : 4;
}

// The outputs of `channels` channels from `channel` on, whose constants begin at scale and bias.
inline TileOutput tile_output(const ConvolutionCall& call, bool clamp_first, const float* scale,
                              const float* bias, std::int64_t channel, std::int64_t channels) {
  const ConvolutionProblem& p = *call.problem;
  return {_mm256_set1_epi8(static_cast<char>(static_cast<int>(p.output_low))),
          _mm256_set1_epi8(static_cast<char>(static_cast<int>(p.output_high))),
          p.epilogue,
          clamp_first,
          p.output_high > 127,
          p.output_low,
          p.output_high,
          scale,
          bias,
          static_cast<std::uint8_t*>(call.output) + channel * output_bytes(p),
          p.output_channels * output_bytes(p),
          channels};
}

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
  } else if constexpr (V == 4) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 16 * v), _mm256_castsi256_si128(values[v]));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 64 + 16 * v), _mm256_extracti128_si256(values[v], 1));
    }
  } else {
    store_lanes(to, _mm256_permute2x128_si256(values[0], values[1], 0x20), channels);
    store_lanes(to + 32, _mm256_permute2x128_si256(values[0], values[1], 0x31), channels - kLanes);
  }
}

inline __m256 clamp(const TileOutput& out, __m256 value) {
  return clamped(value, out.low, out.high);
}

inline __m256 scaled(const TileOutput& out, __m256i sum, std::size_t vector) {
  return bitplace::scaled(sum, out.scale + vector * kLanes, out.bias + vector * kLanes);
}

template <std::size_t M, std::size_t V>
inline void write_raw(const TileOutput& out, const __m256i (&sums)[M][V]) {
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; ++m)
    store_words<V>(out.pixel + static_cast<std::int64_t>(m) * out.pixel_bytes, sums[m], out.channels);
}

template <std::size_t M, std::size_t V>
inline void write_floats(const TileOutput& out, const __m256i (&sums)[M][V]) {
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; ++m) {
    __m256i values[V];
    for (std::size_t v = 0; v < V; ++v)
      values[v] = _mm256_castps_si256(clamp(out, scaled(out, sums[m][v], v)));
    store_words<V>(out.pixel + static_cast<std::int64_t>(m) * out.pixel_bytes, values, out.channels);
  }
}

// Rounded. Unless clamped first, values stay inside s32, where the conversion
// rounds as the contract says, and clamping afterwards gives the same because the bounds are whole numbers.
template <bool kClampFirst>
inline __m256i rounded(const TileOutput& out, __m256i sum, std::size_t vector) {
  const __m256 value = scaled(out, sum, vector);
  return _mm256_cvtps_epi32(kClampFirst ? clamp(out, value) : value);
}

// Packed to 16 bits.
template <bool kClampFirst, std::size_t V>
inline __m256i to_words(const TileOutput& out, const __m256i (&sums)[V]) {
  return _mm256_packs_epi32(rounded<kClampFirst>(out, sums[0], 0),
                            rounded<kClampFirst>(out, sums[V - 1], V - 1));
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

// Two vectors of words, of each half in turn.
template <bool kUnsigned>
inline __m256i clamped_codes(const TileOutput& out, __m256i words, __m256i others) {
  if constexpr (kUnsigned) {
    const __m256i codes = _mm256_packus_epi16(words, others);
    return _mm256_min_epu8(_mm256_max_epu8(codes, out.low_codes), out.high_codes);
  } else {
    const __m256i codes = _mm256_packs_epi16(words, others);
    return _mm256_min_epi8(_mm256_max_epi8(codes, out.low_codes), out.high_codes);
  }
}

// Blocks of 4 vectors, of which all channels exist.
template <bool kClampFirst, bool kUnsigned, std::size_t M>
inline void write_wide_codes(const TileOutput& out, const __m256i (&sums)[M][4]) {
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; ++m) {
    const __m256i low = _mm256_packs_epi32(rounded<kClampFirst>(out, sums[m][0], 0),
                                           rounded<kClampFirst>(out, sums[m][1], 1));
    const __m256i high = _mm256_packs_epi32(rounded<kClampFirst>(out, sums[m][2], 2),
                                            rounded<kClampFirst>(out, sums[m][3], 3));
    std::uint8_t* to = out.pixel + static_cast<std::int64_t>(m) * out.pixel_bytes;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), clamped_codes<kUnsigned>(out, low, high));
  }
}

// kWhole: all 8 * V channels exist.
template <bool kClampFirst, bool kUnsigned, bool kWhole, std::size_t M, std::size_t V>
inline void write_codes(const TileOutput& out, const __m256i (&sums)[M][V]) {
  const std::int64_t channels = kWhole ? 8 * static_cast<std::int64_t>(V) : out.channels;
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; m += 2) {
    const std::size_t second = m + 1 < M ? m + 1 : m;
    const __m256i words = to_words<kClampFirst, V>(out, sums[m]);
    const __m256i other = second == m ? words : to_words<kClampFirst, V>(out, sums[second]);
    const __m256i clamped = in_order<V>(clamped_codes<kUnsigned>(out, words, other));
    std::uint8_t* to = out.pixel + static_cast<std::int64_t>(m) * out.pixel_bytes;
    store_bytes<V>(to, _mm256_castsi256_si128(clamped), channels);
    if (second != m) store_bytes<V>(to + out.pixel_bytes, _mm256_extracti128_si256(clamped, 1), channels);
  }
}

template <bool kUnsigned, std::size_t M, std::size_t V>
inline void write_clamped(const TileOutput& out, const __m256i (&sums)[M][V]) {
  if constexpr (V == 4) {
    write_wide_codes<true, kUnsigned>(out, sums);
  } else {
    write_codes<true, kUnsigned, false, M, V>(out, sums);
  }
}

template <std::size_t M, std::size_t V>
[[gnu::noinline]] void write_others(const TileOutput& out, const __m256i (&sums)[M][V]) {
  switch (out.epilogue) {
    case ConvolutionEpilogue::requantize_s8:
      return out.unsigned_codes ? write_clamped<true>(out, sums) : write_clamped<false>(out, sums);
    case ConvolutionEpilogue::affine_f32:
      return write_floats<M, V>(out, sums);
    default:
      return write_raw<M, V>(out, sums);
  }
}

// What run-time values decide before the loops over runs.
enum class Ending { signed_codes, unsigned_codes, others };

// Codes of V whole vectors that need no clamp before they are converted.
template <std::size_t V>
inline bool is_usual(const TileOutput& out) {
  const bool whole = out.channels >= 8 * static_cast<std::int64_t>(V);
  return out.epilogue == ConvolutionEpilogue::requantize_s8 && !out.clamp_first && whole;
}

template <bool kUnsigned, std::size_t M, std::size_t V>
inline void write_usual(const TileOutput& out, const __m256i (&sums)[M][V]) {
  if constexpr (V == 4) {
    write_wide_codes<false, kUnsigned>(out, sums);
  } else {
    write_codes<false, kUnsigned, true, M, V>(out, sums);
  }
}

// The usual case without a branch inside. The others get a copy, so that no sum needs an address before.
template <std::size_t M, std::size_t V>
inline void write_tile(const TileOutput& out, const __m256i (&sums)[M][V]) {
  if (is_usual<V>(out))
    return out.unsigned_codes ? write_usual<true>(out, sums) : write_usual<false>(out, sums);
  __m256i copy[M][V];
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; ++m)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      copy[m][v] = sums[m][v];
  write_others<M, V>(out, copy);
}

}  // namespace
}  // namespace bitplace::quad_plan
