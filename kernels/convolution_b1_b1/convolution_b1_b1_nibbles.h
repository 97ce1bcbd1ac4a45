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

// One pixel of the bordered copy; a null pointer stands for a pixel of the border.
inline void prepare_pixel(const std::uint32_t* a, const std::uint32_t* b, std::int64_t nibbles,
                          std::uint8_t* out) {
  for (std::int64_t first = 0; first < nibbles; first += 8, out += 16) {
    const __m128i offsets = table_offsets(a == nullptr ? 0 : a[first / 8], b == nullptr ? 0 : b[first / 8]);
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

inline void prepare_nibble_pairs(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const Geometry& g = *static_cast<const Geometry*>(call.packed);
  const std::int64_t tasks = nibble_pairs::prepare_tasks(p);
  const std::int64_t words = (p.input_channels + 31) / 32;
  const std::int64_t nibbles = (p.input_channels + 3) / 4;
  const auto* input = static_cast<const std::uint32_t*>(call.input);
  for (std::int64_t row = g.bordered_height * task / tasks; row < g.bordered_height * (task + 1) / tasks;
       ++row) {
    const std::int64_t y = row - p.pad_top;
    const bool row_inside = y >= 0 && y < p.input_height;
    const auto pixel = [&](std::int64_t x) -> const std::uint32_t* {
      const bool inside = row_inside && x >= 0 && x < p.input_width;
      return inside ? input + (y * p.input_width + x) * words : nullptr;
    };
    auto* out = static_cast<std::uint8_t*>(call.scratch) + row * g.bordered_row_bytes;
    for (std::int64_t column = 0; column < g.bordered_width; ++column, out += g.pixel_bytes) {
      const std::int64_t x = column - p.pad_left;
      prepare_pixel(pixel(x), pixel(x + p.stride_width), nibbles, out);
    }
  }
}

}  // namespace
}  // namespace bitplace::convolution_b1_b1
