// Epilogues of integer convolutions on 512-bit vectors: one pixel's sums of V <= 4 vectors of 16 channels on
// their way into memory. Included by AVX-512 files only, each of which gets its own copy.
//
// Requantization costs 4 float instructions, 0.75 packs and 0.5 clamps per vector at V = 4.
#pragma once

#include <immintrin.h>

#include "kernels/common/convolution.h"

namespace bitplace::integer_epilogues {
namespace {

constexpr std::size_t kEpilogueLanes = 16;

struct EpilogueConstants {
  const ConvolutionProblem* problem;
  const float* scale;
  const float* bias;
  std::uint64_t exists;  // one bit per channel
};

inline std::uint64_t existing_channels(std::int64_t channels) {
  return channels >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << channels) - 1;
}

// Scales and biases that are read anew for each pixel: where sums fill the registers.
struct AffineInMemory {
  const float* scales;
  const float* biases;

  explicit AffineInMemory(const EpilogueConstants& constants)
      : scales(constants.scale), biases(constants.bias) {}
  __m512 apply(__m512i sum, std::size_t v) const {
    const __m512 scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_load_ps(scales + v * kEpilogueLanes));
    return _mm512_add_ps(scaled, _mm512_load_ps(biases + v * kEpilogueLanes));
  }
};

// Those that stay in registers.
template <std::size_t V>
struct AffineInRegisters {
  __m512 scales[V], biases[V];

  explicit AffineInRegisters(const EpilogueConstants& constants) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v) {
      scales[v] = _mm512_load_ps(constants.scale + v * kEpilogueLanes);
      biases[v] = _mm512_load_ps(constants.bias + v * kEpilogueLanes);
    }
  }
  __m512 apply(__m512i sum, std::size_t v) const {
    return _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), scales[v]), biases[v]);
  }
};

// round_half_even(clamp(sum * scale + bias)). The bounds are whole numbers, so bytes are clamped behind the
// rounding and the packs; floats only where the conversion could leave s32. A sum below s32 is converted to
// its lowest value as it is. Packs take 4 lanes of each operand in turn, so lane l of vector v is channel l /
// 4 * 4 W + v * 4 + l % 4 where W vectors are packed together: 4, or the first two of 2 or 3.
template <bool LimitsFloats, bool Unsigned = false>
struct ByteWriter {
  static constexpr std::int64_t kOutputBytes = 1;
  __m512 limit;
  __m512i low, high;
  std::uint64_t exists;

  explicit ByteWriter(const EpilogueConstants& constants)
      : limit(_mm512_set1_ps(constants.problem->output_high)),
        low(_mm512_set1_epi8(static_cast<char>(static_cast<int>(constants.problem->output_low)))),
        high(_mm512_set1_epi8(static_cast<char>(static_cast<int>(constants.problem->output_high)))),
        exists(constants.exists) {}

  template <typename Affine>
  [[gnu::always_inline]] __m512i convert(__m512i sum, const Affine& affine, std::size_t v) const {
    __m512 value = affine.apply(sum, v);
    if constexpr (LimitsFloats) value = _mm512_min_ps(value, limit);
    return _mm512_cvtps_epi32(value);
  }

  [[gnu::always_inline]] void store_vector(__m512i codes, std::size_t v, std::uint8_t* output) const {
    __m128i bytes;
    if constexpr (Unsigned) {
      bytes = _mm512_cvtusepi32_epi8(_mm512_max_epi32(codes, _mm512_setzero_si512()));
      bytes = _mm_min_epu8(bytes, _mm512_castsi512_si128(high));
      bytes = _mm_max_epu8(bytes, _mm512_castsi512_si128(low));
    } else {
      bytes = _mm_min_epi8(_mm512_cvtsepi32_epi8(codes), _mm512_castsi512_si128(high));
      bytes = _mm_max_epi8(bytes, _mm512_castsi512_si128(low));
    }
    _mm_mask_storeu_epi8(output + v * kEpilogueLanes, static_cast<__mmask16>(exists >> v * kEpilogueLanes),
                         bytes);
  }

  // Words to bytes within the bounds.
  [[gnu::always_inline]] __m512i narrow(__m512i words, __m512i others) const {
    if constexpr (Unsigned) {
      return _mm512_max_epu8(_mm512_min_epu8(_mm512_packus_epi16(words, others), high), low);
    } else {
      return _mm512_max_epi8(_mm512_min_epi8(_mm512_packs_epi16(words, others), high), low);
    }
  }
  [[gnu::always_inline]] __m256i narrow(__m512i words) const {
    const __m256i highest = _mm512_castsi512_si256(high), lowest = _mm512_castsi512_si256(low);
    if constexpr (Unsigned) {
      const __m256i bytes = _mm512_cvtusepi16_epi8(_mm512_max_epi16(words, _mm512_setzero_si512()));
      return _mm256_max_epu8(_mm256_min_epu8(bytes, highest), lowest);
    } else {
      return _mm256_max_epi8(_mm256_min_epi8(_mm512_cvtsepi16_epi8(words), highest), lowest);
    }
  }

  template <std::size_t Whole, std::size_t V>
  [[gnu::always_inline]] void store(const __m512i (&codes)[V], std::uint8_t* output) const {
    if constexpr (Whole == 4) {
      const __m512i bytes =
          narrow(_mm512_packs_epi32(codes[0], codes[1]), _mm512_packs_epi32(codes[2], codes[3]));
      _mm512_mask_storeu_epi8(output, exists, bytes);
    } else if constexpr (Whole >= 2) {
      const __m256i bytes = narrow(_mm512_packs_epi32(codes[0], codes[1]));
      _mm256_mask_storeu_epi8(output, static_cast<__mmask32>(exists), bytes);
    }
    if constexpr (Whole % 2 == 1) store_vector(codes[Whole - 1], Whole - 1, output);
    if constexpr (Whole < V) store_vector(codes[V - 1], V - 1, output);
  }
};

template <std::size_t V>
[[gnu::always_inline]] inline void store_words(const __m512i (&values)[V], std::uint64_t exists,
                                               std::uint8_t* output) {
#pragma GCC unroll 4
  for (std::size_t v = 0; v < V; ++v)
    _mm512_mask_storeu_epi32(output + v * 64, static_cast<__mmask16>(exists >> v * kEpilogueLanes),
                             values[v]);
}

struct FloatWriter {
  static constexpr std::int64_t kOutputBytes = 4;
  __m512 low, high;
  std::uint64_t exists;

  explicit FloatWriter(const EpilogueConstants& constants)
      : low(_mm512_set1_ps(constants.problem->output_low)),
        high(_mm512_set1_ps(constants.problem->output_high)),
        exists(constants.exists) {}

  template <typename Affine>
  [[gnu::always_inline]] __m512i convert(__m512i sum, const Affine& affine, std::size_t v) const {
    // Of equal zeros the value stays.
    return _mm512_castps_si512(_mm512_min_ps(high, _mm512_max_ps(low, affine.apply(sum, v))));
  }

  template <std::size_t Whole, std::size_t V>
  [[gnu::always_inline]] void store(const __m512i (&values)[V], std::uint8_t* output) const {
    store_words(values, exists, output);
  }
};

struct SumWriter {
  static constexpr std::int64_t kOutputBytes = 4;
  std::uint64_t exists;

  explicit SumWriter(const EpilogueConstants& constants) : exists(constants.exists) {}

  template <typename Affine>
  [[gnu::always_inline]] __m512i convert(__m512i sum, const Affine&, std::size_t) const {
    return sum;
  }

  template <std::size_t Whole, std::size_t V>
  [[gnu::always_inline]] void store(const __m512i (&sums)[V], std::uint8_t* output) const {
    store_words(sums, exists, output);
  }
};

// A writer converts sums one by one and stores those of a pixel together: `Whole` vectors and, where V is one
// more, half a vector.
template <std::size_t Whole, typename Writer, std::size_t V, typename Affine>
[[gnu::always_inline]] inline void write_vectors(const Writer& writer, const __m512i (&sums)[V],
                                                 const Affine& affine, std::uint8_t* output) {
  __m512i values[V];
#pragma GCC unroll 4
  for (std::size_t v = 0; v < V; ++v)
    values[v] = writer.convert(sums[v], affine, v);
  writer.template store<Whole>(values, output);
}

template <typename Writer, std::size_t V, typename Affine>
[[gnu::always_inline]] inline void write(const Writer& writer, const __m512i (&sums)[V], const Affine& affine,
                                         std::uint8_t* output) {
  write_vectors<V>(writer, sums, affine, output);
}

}  // namespace
}  // namespace bitplace::integer_epilogues
