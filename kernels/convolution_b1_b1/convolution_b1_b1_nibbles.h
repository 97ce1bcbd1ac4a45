// The popcount table of the nibble_pairs kernels and the activation that chooses its rows (docs/packing.md).
// Everything has internal linkage: this header is included by files of different instruction sets.
#pragma once

#include <immintrin.h>

#include "kernels/convolution_b1_b1/convolution_b1_b1_pack.h"

namespace bitplace::convolution_b1_b1 {
namespace {

struct PopcountTable {
  alignas(64) std::uint8_t rows[256][16];
};

constexpr PopcountTable make_table() {
  PopcountTable table{};
  for (unsigned pair = 0; pair < 256; ++pair) {
    for (unsigned m = 0; m < 16; ++m) {
      unsigned counts = 0;
      for (unsigned bit = 0; bit < 4; ++bit) {
        counts += ((pair ^ m) >> bit & 1u) + 16u * (((pair >> 4) ^ m) >> bit & 1u);
      }
      table.rows[pair][m] = static_cast<std::uint8_t>(counts);
    }
  }
  return table;
}

constexpr PopcountTable kTable = make_table();

// The row that an activation chose: it is stored as the row's offset in bytes.
inline __m128i table_row(const std::uint8_t* activation) {
  std::uint16_t offset;
  __builtin_memcpy(&offset, activation, sizeof offset);
  const auto* row = reinterpret_cast<const std::uint8_t*>(kTable.rows) + offset;
  return _mm_load_si128(reinterpret_cast<const __m128i*>(row));
}

// The 8 nibbles of a word, one per byte.
inline __m128i nibbles_of(std::uint32_t word) {
  const __m128i bytes = _mm_cvtsi32_si128(static_cast<int>(word));
  return _mm_and_si128(_mm_unpacklo_epi8(bytes, _mm_srli_epi16(bytes, 4)), _mm_set1_epi8(15));
}

// Table offsets of 8 nibbles of a pixel (a) and of its right neighbour (b): 16 * (a + 16 * b), 16 bits each.
inline __m128i table_offsets(std::uint32_t a, std::uint32_t b) {
  return _mm_unpacklo_epi8(_mm_slli_epi16(nibbles_of(a), 4), nibbles_of(b));
}

// Channels [first, end) of a pixel, 32 at a time; null for a pixel of the border, which is all 0.
struct PixelBits {
  const std::uint32_t* words;
  std::int64_t first, end;

  std::uint32_t word(std::int64_t index) const {
    if (words == nullptr) return 0;
    const std::int64_t channel = first + 32 * index;
    const std::int64_t shift = channel % 32;
    std::uint64_t bits = words[channel / 32];
    if (shift != 0 && end > channel - shift + 32) bits |= std::uint64_t{words[channel / 32 + 1]} << 32;
    const std::uint64_t mask = end - channel >= 32 ? 0xffffffff : (std::uint64_t{1} << (end - channel)) - 1;
    return static_cast<std::uint32_t>(bits >> shift & mask);
  }
};

// One pixel of the bordered copy.
inline void prepare_pixel(PixelBits a, PixelBits b, std::int64_t nibbles, std::uint8_t* out) {
  for (std::int64_t first = 0; first < nibbles; first += 8, out += 16) {
    const __m128i offsets = table_offsets(a.word(first / 8), b.word(first / 8));
    if (nibbles - first >= 8) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), offsets);
    } else {
      std::uint8_t bytes[16];
      _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), offsets);
      for (std::int64_t i = 0; i < 2 * (nibbles - first); ++i)
        out[i] = bytes[i];
    }
  }
}

// Whole words one behind another: what `prepare_pixel` does, two words at once.
inline void prepare_words(const std::uint32_t* a, const std::uint32_t* b, std::int64_t words,
                          std::uint8_t* out) {
  const __m128i low = _mm_set1_epi8(15);
  std::int64_t i = 0;
  for (; i + 2 <= words; i += 2, out += 32) {
    const __m128i bytes_a = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(a + i));
    const __m128i bytes_b = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(b + i));
    const __m128i upper_a = _mm_andnot_si128(low, _mm_unpacklo_epi8(_mm_slli_epi16(bytes_a, 4), bytes_a));
    const __m128i lower_b = _mm_and_si128(low, _mm_unpacklo_epi8(bytes_b, _mm_srli_epi16(bytes_b, 4)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_unpacklo_epi8(upper_a, lower_b));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 16), _mm_unpackhi_epi8(upper_a, lower_b));
  }
  if (i < words) _mm_storeu_si128(reinterpret_cast<__m128i*>(out), table_offsets(a[i], b[i]));
}

// One row of the bordered copy of a group.
inline void prepare_row(const ConvolutionCall& call, const Geometry& g, std::int64_t row,
                        std::int64_t group) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t words = (p.input_channels + 31) / 32;
  const std::int64_t group_inputs = p.input_channels / p.groups;
  const std::int64_t y = row - p.pad_top;
  const bool inside = y >= 0 && y < p.input_height;
  const auto* input =
      static_cast<const std::uint32_t*>(call.input) + (inside ? y * p.input_width * words : 0);
  auto* out =
      static_cast<std::uint8_t*>(call.scratch) + (group * g.bordered_height + row) * g.bordered_row_bytes;
  const auto pixel = [&](std::int64_t x) -> PixelBits {
    return {inside && x >= 0 && x < p.input_width ? input + x * words : nullptr, group * group_inputs,
            (group + 1) * group_inputs};
  };
  for (std::int64_t x = -p.pad_left; x < g.bordered_width - p.pad_left;) {
    // Pixels that have their right neighbours in the image, where words leave no gaps between them.
    std::int64_t whole = x >= 0 && inside && p.groups == 1 && p.input_channels % 32 == 0
                             ? p.input_width - p.stride_width - x
                             : 0;
    whole = whole < g.bordered_width - p.pad_left - x ? whole : g.bordered_width - p.pad_left - x;
    if (whole > 0) {
      prepare_words(input + x * words, input + (x + p.stride_width) * words, whole * words, out);
    } else {
      whole = 1;
      prepare_pixel(pixel(x), pixel(x + p.stride_width), (group_inputs + 3) / 4, out);
    }
    x += whole;
    out += whole * g.pixel_bytes;
  }
}

inline void prepare_nibble_pairs(const ConvolutionCall& call, std::int64_t task) {
  const auto& g = *static_cast<const Geometry*>(call.packed);
  const std::int64_t tasks = nibble_pairs::prepare_tasks(*call.problem);
  const std::int64_t last = g.bordered_height * (task + 1) / tasks;
  for (std::int64_t row = g.bordered_height * task / tasks; row < last; ++row) {
    for (std::int64_t group = 0; group < call.problem->groups; ++group)
      prepare_row(call, g, row, group);
  }
}

}  // namespace
}  // namespace bitplace::convolution_b1_b1
