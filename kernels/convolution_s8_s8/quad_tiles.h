// How the integer convolutions for 256-bit vectors walk over outputs: tiles of up to 6 pixels x 2 vectors of
// 8 channels, 12 of 16 registers for accumulators, 2 for weights, 1 for the broadcast quad of a pixel and 1
// for products. A kernel file gives a Step with
//
//   kWeightBits                     of canonical weights
//   kRunPixels                      M where V is 4 (quad_runs.h)
//   form(problem)                   how it wants codes and weights
//   accumulate<M, V>(tile, sums)    tile.start + all products, for each of M pixels and V vectors
//
// Everything lies in an unnamed namespace, so each kernel file gets its own copy for its own instruction set.
#pragma once

#include <immintrin.h>

#include "kernels/convolution_s8_s8/quad_epilogue.h"
#include "kernels/convolution_s8_s8/quad_plan.h"
#include "kernels/convolution_s8_s8/quad_prepare.h"

namespace bitplace::quad_plan {
namespace {

constexpr std::int64_t kTilePixels = 6;

// An empty statement that holds an accumulator in one register: g++ 12 otherwise keeps some in memory.
inline void pin(__m256i& value) {
  asm("" : "+x"(value));
}

// sum += value in place. Written by hand because g++ 12 otherwise copies accumulators after additions and
// keeps some in memory.
inline void add_in_place(__m256i& sum, __m256i value) {
  asm("vpaddd %1, %0, %0" : "+x"(sum) : "x"(value));
}

inline void add_words_in_place(__m256i& sum, __m256i value) {
  asm("vpaddw %1, %0, %0" : "+x"(sum) : "x"(value));
}

inline __m256i broadcast_quad(const std::uint8_t* codes) {
  int quad;
  __builtin_memcpy(&quad, codes, 4);
  return _mm256_set1_epi32(quad);
}

// What the inner loop of one tile reads.
struct Tile {
  const std::uint8_t* windows[kTilePixels];
  const std::int64_t* offsets;
  std::int64_t quads;
  const std::uint8_t* weights;
  const std::int32_t* start;
  const ConvolutionProblem* problem;
  std::int64_t extra;  // quads behind the others; -1: quads are not joined
  const std::int64_t* extra_offsets;
};

template <std::size_t M, std::size_t V>
inline void load_start(const Tile& tile, __m256i (&sums)[M][V]) {
#pragma GCC unroll 8
  for (std::size_t m = 0; m < M; ++m)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < V; ++v)
      sums[m][v] = _mm256_load_si256(reinterpret_cast<const __m256i*>(tile.start + v * kLanes));
}

// The accumulate of steps that add quad after quad: Step::add(sum, codes, weights), sum in place. What there
// is less of, pixels or vectors, stays in registers for a quad.
template <typename Step, std::size_t M, std::size_t V>
[[gnu::always_inline]] inline void accumulate_quads(const Tile& tile, __m256i (&sums)[M][V]) {
  load_start(tile, sums);
  const std::uint8_t* weights = tile.weights;
  for (std::int64_t q = 0; q < tile.quads; ++q, weights += V * 32) {
    const std::int64_t offset = tile.offsets[q];
    if constexpr (V > M) {
      __m256i codes[M];
#pragma GCC unroll 4
      for (std::size_t m = 0; m < M; ++m) {
        codes[m] = broadcast_quad(tile.windows[m] + offset);
        pin(codes[m]);
      }
#pragma GCC unroll 4
      for (std::size_t v = 0; v < V; ++v) {
        __m256i weight = _mm256_load_si256(reinterpret_cast<const __m256i*>(weights) + v);
        pin(weight);
#pragma GCC unroll 4
        for (std::size_t m = 0; m < M; ++m)
          Step::add(sums[m][v], codes[m], weight);
      }
    } else {
      __m256i weight[V];
#pragma GCC unroll 2
      for (std::size_t v = 0; v < V; ++v)
        weight[v] = _mm256_load_si256(reinterpret_cast<const __m256i*>(weights) + v);
#pragma GCC unroll 8
      for (std::size_t m = 0; m < M; ++m) {
        const __m256i codes = broadcast_quad(tile.windows[m] + offset);
#pragma GCC unroll 2
        for (std::size_t v = 0; v < V; ++v)
          Step::add(sums[m][v], codes, weight[v]);
      }
    }
  }
}

template <typename Step, std::size_t M, std::size_t V>
[[gnu::noinline]] void run_tile(const Tile& tile, const TileOutput& out) {
  __m256i sums[M][V];
  Step::template accumulate<M, V>(tile, sums);
  write_tile<M, V>(out, sums);
}

template <typename Step, std::size_t V>
inline void run_tile_of(std::int64_t pixels, const Tile& tile, const TileOutput& out) {
  switch (pixels) {
    case 1:
      return run_tile<Step, 1, V>(tile, out);
    case 2:
      return run_tile<Step, 2, V>(tile, out);
    case 3:
      return run_tile<Step, 3, V>(tile, out);
    case 4:
      return run_tile<Step, 4, V>(tile, out);
    case 5:
      return run_tile<Step, 5, V>(tile, out);
    default:
      return run_tile<Step, 6, V>(tile, out);
  }
}

// Steps through the windows of a task's pixels.
class Windows {
 public:
  Windows(const ConvolutionCall& call, const Codes& codes, std::int64_t pixel, std::int64_t group_offset)
      : width_(call.problem->output_width),
        column_(pixel % width_),
        right_(call.problem->stride_width * codes.pixel_bytes),
        down_(call.problem->stride_height * codes.row_bytes - (width_ - 1) * right_),
        window_(static_cast<const std::uint8_t*>(codes.copied ? call.scratch : call.input) + group_offset +
                pixel / width_ * call.problem->stride_height * codes.row_bytes + column_ * right_) {}

  // Those of the next `count` pixels.
  void next(std::int64_t count, const std::uint8_t** windows) {
    if (column_ + count >= width_) {
      for (std::int64_t i = 0; i < count; ++i)
        windows[i] = next();
      return;
    }
    for (std::int64_t i = 0; i < count; ++i, window_ += right_)
      windows[i] = window_;
    column_ += count;
  }

 private:
  const std::uint8_t* next() {
    const std::uint8_t* window = window_;
    ++column_;
    window_ += column_ == width_ ? down_ : right_;
    column_ = column_ == width_ ? 0 : column_;
    return window;
  }

  std::int64_t width_, column_, right_, down_;
  const std::uint8_t* window_;
};

// Codes are x where no activation is negative, x - input_low otherwise.
inline std::int64_t code_low(const ConvolutionProblem& p) {
  return p.input_low < 0 ? p.input_low : 0;
}

inline bool accepts_quads(const ConvolutionProblem& p) {
  return p.padding != ConvolutionPadding::one && p.epilogue != ConvolutionEpilogue::threshold_b1;
}

// All pixels of a task for one block of V vectors. Tiles differ by at most one pixel.
template <typename Step, std::size_t V>
void run_tiles(const ConvolutionCall& call, const QuadTask& task, const Codes& codes,
               std::int64_t group_offset, Tile& tile, TileOutput& out) {
  Windows windows(call, codes, task.first_pixel, group_offset);
  std::int64_t tiles = (task.pixels + kTilePixels - 1) / kTilePixels;
  for (std::int64_t left = task.pixels; left > 0; --tiles) {
    const std::int64_t pixels = (left + tiles - 1) / tiles;
    windows.next(pixels, tile.windows);
    run_tile_of<Step, V>(pixels, tile, out);
    out.pixel += pixels * out.pixel_bytes;
    left -= pixels;
  }
}

}  // namespace
}  // namespace bitplace::quad_plan
