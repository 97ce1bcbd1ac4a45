// Epilogues of quad convolutions (quad_convolution.h) on 512-bit vectors: one pixel's sums of V <= 4 vectors
// on their way into memory. Included by AVX-512 files only, each of which gets its own copy.
//
// Requantization costs 4 float instructions, 0.75 packs and 0.5 clamps per vector at V = 4.
#pragma once

#include <immintrin.h>

#include "kernels/common/quad_convolution.h"

namespace bitplace::quad_convolution {
namespace {

// A block of output channels, ready for its tiles.
struct BlockConstants {
  const ConvolutionProblem* problem;
  const std::int32_t* offsets;
  const std::int32_t* below;
  const float* scale;
  const float* bias;
  const std::uint8_t* weights;
  std::int64_t row_quads, row_weights;  // of a kernel row: quads, and bytes of this block's weights
  std::int64_t lanes;
  std::int64_t vectors;
  std::int64_t input_bytes, output_bytes;  // from a pixel's first to the block's
  std::uint64_t exists;                    // one bit per channel
};

// Scales and biases that are read anew for each pixel: where sums fill the registers.
struct AffineInMemory {
  const float* scales;
  const float* biases;

  explicit AffineInMemory(const BlockConstants& block) : scales(block.scale), biases(block.bias) {}
  __m512 apply(__m512i sum, std::size_t v) const {
    const __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_load_ps(scales + v * kLanes));
    return _mm512_add_ps(scaled, _mm512_load_ps(biases + v * kLanes));
  }
};

// Those that stay in registers.
template <std::size_t V>
struct AffineInRegisters {
  __m512 scales[V], biases[V];

  explicit AffineInRegisters(const BlockConstants& block) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v) {
      scales[v] = _mm512_load_ps(block.scale + v * kLanes);
      biases[v] = _mm512_load_ps(block.bias + v * kLanes);
    }
  }
  __m512 apply(__m512i sum, std::size_t v) const {
    return _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), scales[v]), biases[v]);
  }
};

// round_half_even(clamp(sum * scale + bias)). The bounds are whole numbers, so bytes are clamped behind the
// rounding and the packs; floats only where the conversion could leave s32. A sum below s32 is converted to
// its lowest value as it is. Packs take 4 lanes of each operand in turn, which lane_channel() undoes.
template <bool LimitsFloats>
struct ByteWriter {
  static constexpr std::int64_t kOutputBytes = 1;
  __m512 limit;
  __m512i low, high;
  std::uint64_t exists;

  explicit ByteWriter(const BlockConstants& block)
      : limit(_mm512_set1_ps(block.problem->output_high)),
        low(_mm512_set1_epi8(static_cast<char>(block.problem->output_low))),
        high(_mm512_set1_epi8(static_cast<char>(block.problem->output_high))),
        exists(block.exists) {}

  template <std::size_t V, typename Affine>
  [[gnu::always_inline]] void write(const __m512i (&sums)[V], const Affine& affine,
                                    std::uint8_t* output) const {
    __m512i codes[V];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v) {
      __m512 value = affine.apply(sums[v], v);
      if constexpr (LimitsFloats) value = _mm512_min_ps(value, limit);
      codes[v] = _mm512_cvtps_epi32(value);
    }
    if constexpr (V == 4) {
      const __m512i bytes =
          _mm512_packs_epi16(_mm512_packs_epi32(codes[0], codes[1]), _mm512_packs_epi32(codes[2], codes[3]));
      _mm512_mask_storeu_epi8(output, exists, _mm512_max_epi8(_mm512_min_epi8(bytes, high), low));
    } else if constexpr (V >= 2) {
      const __m256i bytes = _mm512_cvtsepi16_epi8(_mm512_packs_epi32(codes[0], codes[1]));
      const __m256i capped = _mm256_min_epi8(bytes, _mm512_castsi512_si256(high));
      _mm256_mask_storeu_epi8(output, static_cast<__mmask32>(exists),
                              _mm256_max_epi8(capped, _mm512_castsi512_si256(low)));
    }
    if constexpr (V % 2 == 1) {
      const __m128i bytes = _mm512_cvtsepi32_epi8(codes[V - 1]);
      const __m128i capped = _mm_min_epi8(bytes, _mm512_castsi512_si128(high));
      _mm_mask_storeu_epi8(output + (V - 1) * kLanes, static_cast<__mmask16>(exists >> (V - 1) * kLanes),
                           _mm_max_epi8(capped, _mm512_castsi512_si128(low)));
    }
  }
};

struct FloatWriter {
  static constexpr std::int64_t kOutputBytes = 4;
  __m512 low, high;
  std::uint64_t exists;

  explicit FloatWriter(const BlockConstants& block)
      : low(_mm512_set1_ps(block.problem->output_low)),
        high(_mm512_set1_ps(block.problem->output_high)),
        exists(block.exists) {}

  template <std::size_t V, typename Affine>
  [[gnu::always_inline]] void write(const __m512i (&sums)[V], const Affine& affine,
                                    std::uint8_t* output) const {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v) {
      const __m512 value = _mm512_min_ps(_mm512_max_ps(affine.apply(sums[v], v), low), high);
      _mm512_mask_storeu_ps(output + v * kVectorBytes, static_cast<__mmask16>(exists >> v * kLanes), value);
    }
  }
};

struct SumWriter {
  static constexpr std::int64_t kOutputBytes = 4;
  std::uint64_t exists;

  explicit SumWriter(const BlockConstants& block) : exists(block.exists) {}

  template <std::size_t V, typename Affine>
  [[gnu::always_inline]] void write(const __m512i (&sums)[V], const Affine&, std::uint8_t* output) const {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      _mm512_mask_storeu_epi32(output + v * kVectorBytes, static_cast<__mmask16>(exists >> v * kLanes),
                               sums[v]);
  }
};

}  // namespace
}  // namespace bitplace::quad_convolution
