// One row of outputs of a 3 x 3 kernel with stride 2 that ends in codes, straight from the input: every other
// column belongs to two windows, so an output's sums begin with the column that it shares with the one before
// it, and no slots outlive their column or go through the buffer of depthwise_build.h.
//
// Registers: 8 sums, 4 vectors of slots, 1 of products, the ones of vpmaddwd; weights, scales and biases are
// memory operands.
//
// Everything lies in an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/depthwise_s8_s8/depthwise_build.h"
#include "kernels/depthwise_s8_s8/depthwise_stretch.h"
#include "kernels/depthwise_s8_s8/depthwise_tile_of_4.h"

namespace bitplace::depthwise_slots {
namespace {

// Column after column of the input; those outside are padding.
template <typename Slots>
class SlotReader {
 public:
  SlotReader(const SlotRows& rows, std::int64_t first, std::int64_t width, __m256i offset)
      : rows_(rows), x_(first), width_(width), offset_(offset) {
#pragma GCC unroll 4
    for (int s = 0; s < 4; ++s)
      rows_.row[s] += first * rows_.step[s];
  }

  [[gnu::always_inline]] void next(__m256i (&vectors)[4]) {
    Slots::vectors(x_ >= 0 && x_ < width_ ? rows_ : kPaddingRows, 0, offset_, vectors);
    ++x_;
#pragma GCC unroll 4
    for (int s = 0; s < 4; ++s)
      rows_.row[s] += rows_.step[s];
  }

 private:
  SlotRows rows_;
  std::int64_t x_, width_;
  __m256i offset_;
};

template <typename Step>
[[gnu::always_inline]] inline void add_column(const __m256i (&slots)[4], const std::uint8_t* weights,
                                              __m256i (&sums)[4]) {
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    sums[i] = Step::add(sums[i], slots[i], load(weights + 32 * i));
    pin(sums[i]);
  }
}

template <typename Step>
[[gnu::always_inline]] inline void begin_sums(const ChunkConstants& constants, const __m256i (&slots)[4],
                                              __m256i (&sums)[4]) {
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    sums[i] = Step::kStart ? load(reinterpret_cast<const std::uint8_t*>(constants.start + 8 * i))
                           : _mm256_setzero_si256();
  }
  add_column<Step>(slots, constants.weights, sums);
}

// The stretch is copied, so that the compiler knows that storing outputs does not change it.
template <typename Step>
[[gnu::noinline]] void run_apart(const Stretch& stretch, SlotReader<typename Step::Slots> reader) {
  const Stretch s = stretch;
  const std::uint8_t* const weights = s.constants.weights;
  std::uint8_t* to = s.output;
  __m256i slots[4], sums[4], next[4], codes[4];
  reader.next(slots);
  begin_sums<Step>(s.constants, slots, next);
  for (std::int64_t left = s.outputs; left > 0; --left, to += s.pixel_bytes) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      sums[i] = next[i];
    reader.next(slots);
    add_column<Step>(slots, weights + kChunkBytes, sums);
    reader.next(slots);
    add_column<Step>(slots, weights + 2 * kChunkBytes, sums);
    begin_sums<Step>(s.constants, slots, next);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      codes[i] =
          finished<Finish::codes>(s.bounds, s.constants.scale + 8 * i, s.constants.bias + 8 * i, sums[i]);
    store_codes<Finish::codes>(s.bounds, codes, to);
  }
}

}  // namespace
}  // namespace bitplace::depthwise_slots
