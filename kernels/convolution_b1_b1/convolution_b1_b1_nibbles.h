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

// One row of the bordered copies of all groups.
inline void prepare_row(const ConvolutionCall& call, const Geometry& g, std::int64_t row) {
  const ConvolutionProblem& p = *call.problem;
  const std::int64_t words = (p.input_channels + 31) / 32;
  const std::int64_t group_inputs = p.input_channels / p.groups;
  const auto* input = static_cast<const std::uint32_t*>(call.input);
  const std::int64_t y = row - p.pad_top;
  const bool row_inside = y >= 0 && y < p.input_height;
  const auto pixel = [&](std::int64_t x) -> const std::uint32_t* {
    const bool inside = row_inside && x >= 0 && x < p.input_width;
    return inside ? input + (y * p.input_width + x) * words : nullptr;
  };
  for (std::int64_t group = 0; group < p.groups; ++group) {
    auto* out = static_cast<std::uint8_t*>(call.scratch) +
                (group * g.bordered_height + row) * g.bordered_row_bytes;
    const std::int64_t first = group * group_inputs;
    for (std::int64_t column = 0; column < g.bordered_width; ++column, out += g.pixel_bytes) {
      const std::int64_t x = column - p.pad_left;
      prepare_pixel({pixel(x), first, first + group_inputs},
                    {pixel(x + p.stride_width), first, first + group_inputs}, (group_inputs + 3) / 4, out);
    }
  }
}

inline void prepare_nibble_pairs(const ConvolutionCall& call, std::int64_t task) {
  const auto& g = *static_cast<const Geometry*>(call.packed);
  const std::int64_t tasks = nibble_pairs::prepare_tasks(*call.problem);
  const std::int64_t last = g.bordered_height * (task + 1) / tasks;
  for (std::int64_t row = g.bordered_height * task / tasks; row < last; ++row)
    prepare_row(call, g, row);
}

}  // namespace
}  // namespace bitplace::convolution_b1_b1
