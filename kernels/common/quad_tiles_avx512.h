// Tiles of quad convolutions (quad_convolution.h) on 512-bit vectors, 16 output channels each. Included by
// AVX-512 files only, each of which gets its own copy; a `Unit` says what a quad is:
//   kForm                                 how it holds activations and weights
//   multiply_add(sum, activations, weights)   on 256 bits too where kForm.halves
//   quad_bytes(vectors)                   of a block's weights
//   load_weights<First, End>(from, to)    of some vectors of a block
//   convert(from, to, count, is_signed)   input codes into the source's form
//   fill(to, count, offset)               with the border
//
// A tile is 7 pixels x V <= 4 vectors. Registers at V = 4: 28 sums, 2 weights, 1 activation; the activations
// are broadcast twice, for two vectors each time, so a quad takes 18 loads for 28 multiplications.
//
// Half: of the last vector only lanes 0 to 7 are multiplied, in 256 bits, which CPUs whose units are half as
// wide as a vector do in half the time.
#pragma once

#include <immintrin.h>

#include "kernels/common/integer_epilogues_avx512.h"
#include "kernels/common/quad_convolution.h"

namespace bitplace::quad_convolution {
namespace {

using namespace integer_epilogues;

// What a tile reads and where it writes: `count` pixels, each `pixel_bytes` behind the one before. Windows
// beyond the last pixel repeat its own.
struct Tile {
  const std::uint8_t* windows[kPositions];
  std::uint8_t* output;
  std::int64_t pixel_bytes, count;
  std::int64_t first_row, end_row;  // kernel rows that some window has inside the image
};

// A block of output channels, ready for its tiles.
struct BlockConstants {
  integer_epilogues::EpilogueConstants epilogue;
  const std::int32_t* offsets;
  const std::int32_t* below;
  const std::uint8_t* weights;
  std::int64_t row_quads, row_weights;  // of a kernel row: quads, and bytes of this block's weights
  std::int64_t lanes;
  std::int64_t vectors;
  bool half;                               // the last vector is half a vector
  std::int64_t input_bytes, output_bytes;  // from a pixel's first to the block's
};

// Pixels whose windows are all `column_bytes` apart.
struct Run {
  const std::uint8_t* window;
  std::uint8_t* output;
  std::int64_t column_bytes, pixel_bytes, count;
  std::int64_t first_row, end_row;
};
// Enough sums to hide the latency of a multiplication, few enough that the next pixels overlap the epilogue.
constexpr std::int64_t kNeighbours[] = {0, 4, 4, 2, 2};

// An empty statement that holds a value in one register. Volatile ones keep their order, and the instructions
// between them theirs: g++ 12 otherwise gathers all broadcasts of a quad and keeps sums in memory for them.
[[gnu::always_inline]] inline void pin(__m512i& value) {
  asm volatile("" : "+v"(value));
}

inline __m512i broadcast_quad(const std::uint8_t* bytes) {
  int quad;
  __builtin_memcpy(&quad, bytes, 4);
  return _mm512_set1_epi32(quad);
}

template <typename Unit>
[[gnu::always_inline]] inline __m512i multiply_half(__m512i sum, __m512i activations, __m512i weights) {
  return _mm512_castsi256_si512(Unit::multiply_add(
      _mm512_castsi512_si256(sum), _mm512_castsi512_si256(activations), _mm512_castsi512_si256(weights)));
}

// One quad of P windows times vectors [First, End) of a block's V.
template <typename Unit, bool Half, std::size_t P, std::size_t V, std::size_t First, std::size_t End>
[[gnu::always_inline]] inline void multiply_quad(const std::uint8_t* const (&windows)[P], std::int64_t offset,
                                                 const std::uint8_t* weights, __m512i (&sums)[P][V]) {
  __m512i weight[End - First];
  Unit::template load_weights<First, End>(weights, weight);
#pragma GCC unroll 4
  for (std::size_t v = 0; v < End - First; ++v)
    pin(weight[v]);
#pragma GCC unroll 7
  for (std::size_t p = 0; p < P; ++p) {
    __m512i activation = broadcast_quad(windows[p] + offset);
    pin(activation);
#pragma GCC unroll 4
    for (std::size_t i = First; i < End; ++i) {
      // Whole, half, half, whole: measured 5 % faster than whole and half by turns.
      const std::size_t v = Half && p % 2 == 1 ? First + End - 1 - i : i;
      if constexpr (Half) {
        sums[p][v] = v + 1 == V ? multiply_half<Unit>(sums[p][v], activation, weight[v - First])
                                : Unit::multiply_add(sums[p][v], activation, weight[v - First]);
      } else {
        sums[p][v] = Unit::multiply_add(sums[p][v], activation, weight[v - First]);
      }
      pin(sums[p][v]);
    }
  }
}

// A block's quads in kernel rows [first_row, end_row), and what its sums start at.
template <std::size_t V>
struct Taps {
  const std::uint8_t* weights;
  const std::int32_t* offsets;
  const std::int32_t* end;
  std::int64_t input_bytes;
  __m512i start[V];

  Taps(const BlockConstants& block, std::int64_t first_row, std::int64_t end_row)
      : weights(block.weights + first_row * block.row_weights),
        offsets(block.offsets + first_row * block.row_quads),
        end(block.offsets + end_row * block.row_quads),
        input_bytes(block.input_bytes) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v) {
      const __m512i above = _mm512_load_si512(block.below + first_row * block.lanes + v * kLanes);
      const __m512i all = _mm512_load_si512(block.below + end_row * block.lanes + v * kLanes);
      start[v] = _mm512_sub_epi32(above, all);
    }
  }
};

template <typename Unit, bool Half, std::size_t P, std::size_t V>
[[gnu::always_inline]] inline void multiply_quads(const std::uint8_t* const (&windows)[P],
                                                  const Taps<V>& taps, __m512i (&sums)[P][V]) {
#pragma GCC unroll 7
  for (std::size_t p = 0; p < P; ++p)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      sums[p][v] = taps.start[v];
  const std::uint8_t* weights = taps.weights;
  for (const std::int32_t* offsets = taps.offsets; offsets != taps.end; ++offsets) {
    std::int64_t offset = *offsets + taps.input_bytes;
    if constexpr (V == 4 && P == kPositions) {
      multiply_quad<Unit, Half, P, V, 0, 2>(windows, offset, weights, sums);
      asm volatile("" : "+r"(offset));  // broadcasts anew, rather than keeping 7 of them in memory
      multiply_quad<Unit, Half, P, V, 2, 4>(windows, offset, weights, sums);
    } else {
      multiply_quad<Unit, Half, P, V, 0, V>(windows, offset, weights, sums);
    }
    weights += Unit::quad_bytes(V);
  }
  if constexpr (Unit::kForm.nibbles) {
#pragma GCC unroll 7
    for (std::size_t p = 0; p < P; ++p)
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v)
        sums[p][v] = _mm512_srai_epi32(sums[p][v], 4);
  }
}

template <typename Unit, typename Writer, std::size_t V>
[[gnu::noinline]] void run_tile(const BlockConstants& block, const Tile& tile) {
  const Taps<V> taps(block, tile.first_row, tile.end_row);
  const Writer writer(block.epilogue);
  const AffineInMemory affine(block.epilogue);
  __m512i sums[kPositions][V];
  multiply_quads<Unit, false, kPositions, V>(tile.windows, taps, sums);
  std::uint8_t* output = tile.output + block.output_bytes;
#pragma GCC unroll 7
  for (std::size_t i = 0; i < kPositions; ++i) {
    write(writer, sums[i], affine, output);
    // Behind the last pixel results are written to its place again.
    if (static_cast<std::int64_t>(i) + 1 < tile.count) output += tile.pixel_bytes;
  }
}

// P neighbouring pixels of a run.
template <typename Unit, typename Writer, bool Half, std::size_t P, std::size_t V>
[[gnu::always_inline]] inline void run_neighbours(const Taps<V>& taps, const Writer& writer,
                                                  const AffineInRegisters<V>& affine, const Run& run,
                                                  const std::uint8_t* window, std::uint8_t* output) {
  const std::uint8_t* windows[P];
#pragma GCC unroll 7
  for (std::size_t p = 0; p < P; ++p)
    windows[p] = window + static_cast<std::int64_t>(p) * run.column_bytes;
  __m512i sums[P][V];
  multiply_quads<Unit, Half, P, V>(windows, taps, sums);
#pragma GCC unroll 7
  for (std::size_t p = 0; p < P; ++p)
    write_vectors<Half ? V - 1 : V>(writer, sums[p], affine,
                                    output + static_cast<std::int64_t>(p) * run.pixel_bytes);
}

template <typename Unit, typename Writer, bool Half, std::size_t V>
[[gnu::noinline]] void run_run(const BlockConstants& block, const Run& run) {
  const Taps<V> taps(block, run.first_row, run.end_row);
  const Writer writer(block.epilogue);
  const AffineInRegisters<V> affine(block.epilogue);
  const std::uint8_t* window = run.window;
  std::uint8_t* output = run.output + block.output_bytes;
  std::int64_t left = run.count;
  constexpr std::int64_t kTogether = kNeighbours[V];
  for (; left >= kTogether; left -= kTogether) {
    run_neighbours<Unit, Writer, Half, kTogether, V>(taps, writer, affine, run, window, output);
    window += kTogether * run.column_bytes;
    output += kTogether * run.pixel_bytes;
  }
  for (; left > 0; --left) {
    run_neighbours<Unit, Writer, Half, 1, V>(taps, writer, affine, run, window, output);
    window += run.column_bytes;
    output += run.pixel_bytes;
  }
}

template <typename Unit, typename Writer>
inline void run_block(const BlockConstants& block, const Tile& tile) {
  switch (block.vectors) {
    case 1:
      return run_tile<Unit, Writer, 1>(block, tile);
    case 2:
      return run_tile<Unit, Writer, 2>(block, tile);
    case 3:
      return run_tile<Unit, Writer, 3>(block, tile);
    default:
      return run_tile<Unit, Writer, 4>(block, tile);
  }
}

template <typename Unit, typename Writer, bool Half>
inline void run_vectors(const BlockConstants& block, const Run& run) {
  switch (block.vectors) {
    case 1:
      return run_run<Unit, Writer, Half, 1>(block, run);
    case 2:
      return run_run<Unit, Writer, Half, 2>(block, run);
    case 3:
      return run_run<Unit, Writer, Half, 3>(block, run);
    default:
      return run_run<Unit, Writer, Half, 4>(block, run);
  }
}

template <typename Unit, typename Writer>
inline void run_block(const BlockConstants& block, const Run& run) {
  if constexpr (Unit::kForm.halves) {
    if (block.half) return run_vectors<Unit, Writer, true>(block, run);
  }
  run_vectors<Unit, Writer, false>(block, run);
}

}  // namespace
}  // namespace bitplace::quad_convolution
