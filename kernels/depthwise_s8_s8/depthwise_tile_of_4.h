// Four outputs at a time for 3 x 3 kernels that end in codes: two rows of two columns from the same slots, or
// four columns of one row. A weight, a scale and a bias are loaded once for four outputs, where pairs load
// them for two: 3.5 instead of 5.5 loads for 8 channels of an output.
//
// Registers: 4 sums, 2 or 4 vectors of slots, 1 of weights, 1 of products, the ones of vpmaddwd, 4 results
// that wait for the next vector's; words of the first half wait in memory.
//
// Everything lies in an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/depthwise_s8_s8/depthwise_epilogue.h"
#include "kernels/depthwise_s8_s8/depthwise_stretch.h"

namespace bitplace::depthwise_slots {
namespace {

// An empty statement that holds a sum in one register: g++ 12 otherwise copies sums.
[[gnu::always_inline]] inline void pin(__m256i& value) {
  asm("" : "+x"(value));
}

// One vector for each output of a tile.
template <int kRows, int kColumns>
struct Vectors {
  __m256i of[static_cast<std::size_t>(kRows)][static_cast<std::size_t>(kColumns)];
};

// 8 channels of kRows x kColumns outputs: results in 32 bits.
template <typename Step, Finish kFinish, int kRows, int kColumns>
[[gnu::always_inline]] inline void sum_vector(const Stretch& s, const std::uint8_t* codes, int vector,
                                              Vectors<kRows, kColumns>& results) {
  Vectors<kRows, kColumns> sums;
#pragma GCC unroll 2
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c)
      sums.of[r][c] = Step::kStart
                          ? load(reinterpret_cast<const std::uint8_t*>(s.constants.start + 8 * vector))
                          : _mm256_setzero_si256();
  }
  const std::uint8_t* const weights = s.constants.weights + 32 * vector;
  codes += 32 * vector;
#pragma GCC unroll 2
  for (int g = 0; g < Step::kUnrolledGroups; ++g) {
#pragma GCC unroll 3
    for (int x = 0; x < 3; ++x) {
      const std::uint8_t* const slots = codes + g * s.taps.group_bytes + x * kChunkBytes;
      const std::uint8_t* const tap =
          weights + (g * 3 + x) * (kRows == 2 ? 2 * kChunkBytes : s.taps.weight_bytes);
      Vectors<1, kColumns> column;
#pragma GCC unroll 4
      for (int c = 0; c < kColumns; ++c) {
        column.of[0][c] = load(slots + c * s.step);
        pin(column.of[0][c]);
      }
#pragma GCC unroll 2
      for (int r = 0; r < kRows; ++r) {
        __m256i weight = load(tap + r * kChunkBytes);
        pin(weight);
#pragma GCC unroll 4
        for (int c = 0; c < kColumns; ++c) {
          sums.of[r][c] = Step::add(sums.of[r][c], column.of[0][c], weight);
          pin(sums.of[r][c]);
        }
      }
    }
  }
#pragma GCC unroll 2
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c)
      results.of[r][c] = finished<kFinish>(s.bounds, s.constants.scale + 8 * vector,
                                           s.constants.bias + 8 * vector, sums.of[r][c]);
  }
}

// 16 channels as words.
template <typename Step, Finish kFinish, int kRows, int kColumns>
[[gnu::always_inline]] inline void sum_half(const Stretch& s, const std::uint8_t* codes, int half,
                                            Vectors<kRows, kColumns>& words) {
  Vectors<kRows, kColumns> first, second;
  sum_vector<Step, kFinish, kRows, kColumns>(s, codes, 2 * half, first);
  sum_vector<Step, kFinish, kRows, kColumns>(s, codes, 2 * half + 1, second);
#pragma GCC unroll 2
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c)
      words.of[r][c] = _mm256_packs_epi32(first.of[r][c], second.of[r][c]);
  }
}

template <typename Step, Finish kFinish, int kRows, int kColumns>
[[gnu::always_inline]] inline void run_tile(const Stretch& s, const std::uint8_t* codes, std::uint8_t* to) {
  Vectors<kRows, kColumns> low, high;
  sum_half<Step, kFinish, kRows, kColumns>(s, codes, 0, low);
  sum_half<Step, kFinish, kRows, kColumns>(s, codes, 1, high);
#pragma GCC unroll 2
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int c = 0; c < kColumns; ++c)
      store_packed<kFinish>(s.bounds, low.of[r][c], high.of[r][c], to + r * s.row_bytes + c * s.pixel_bytes);
  }
}

template <typename Step, Finish kFinish, int kRows>
[[gnu::noinline]] void run_tiles(const Stretch& stretch) {
  constexpr int kColumns = 4 / kRows;
  const Stretch s = stretch;
  const std::uint8_t* codes = s.codes;
  std::uint8_t* to = s.output;
  std::int64_t left = s.outputs;
  for (; left >= kColumns; left -= kColumns, codes += kColumns * s.step, to += kColumns * s.pixel_bytes)
    run_tile<Step, kFinish, kRows, kColumns>(s, codes, to);
  for (; left > 0; --left, codes += s.step, to += s.pixel_bytes)
    run_tile<Step, kFinish, kRows, 1>(s, codes, to);
}

}  // namespace
}  // namespace bitplace::depthwise_slots
