// u8 pixels x 1-bit weights with vpmaddubsw.
//
//   sum16[2 o, 2 o + 1] += pixels (u8, 4 broadcast) . weights (s8, +1 or -1), two products per 16-bit lane
//
// Layout: quads.h with 8 lanes; a 32-bit lane = one output channel. A step adds at most 2 * 255 to a 16-bit
// sum, so vpmaddubsw never saturates and 64 steps (32640) never overflow; after those vpmaddwd by ones adds
// the two halves and widens, which costs 2 in 128 operations and makes any depth exact. A block is 4 window
// positions x 2 vectors of 8 channels: with 2 x 2 pooling the 4 positions of one pooling window, otherwise 4
// neighbouring outputs that step through their pooling windows together with a running maximum. Registers: 8
// accumulators, 2 weights, 4 pixels, 1 product. Preconditions: groups == 1; 3 readable bytes behind the
// input.
#include <immintrin.h>

#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/quads.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1;

constexpr std::int64_t kLanes = 8;
constexpr int kVectors = 2;
constexpr int kPositions = 4;
constexpr std::int64_t kStepsIn16Bits = 32767 / (2 * 255);

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_quads(p, constants, packed, kLanes, kVectors);
}
std::int64_t run_tasks(const ConvolutionProblem& p) {
  const std::int64_t vectors = (std::int64_t{p.output_channels} + 31) / 32 * 4;
  return p.output_height * vector_blocks(vectors, kVectors);
}

// Everything that is the same for all windows of one task.
struct Task {
  const ConvolutionProblem* problem;
  QuadConstants constants;
  VectorBlock block;
  const std::int8_t* weights;
  void* output;
};

struct Sums {
  __m256i at[kPositions][kVectors];
};

inline __m256i load(const void* bytes) {
  return _mm256_load_si256(static_cast<const __m256i*>(bytes));
}

inline __m256i broadcast_quad(const std::uint8_t* bytes) {
  int quad;
  __builtin_memcpy(&quad, bytes, 4);
  return _mm256_set1_epi32(quad);
}

// sum += addend in 16-bit lanes. Written out because g++ 12 adds into the addend's register and copies every
// sum back afterwards.
inline void add_in_place(__m256i& sum, __m256i addend) {
  asm("vpaddw %1, %0, %0" : "+x"(sum) : "x"(addend));
}

// Adds up to kStepsIn16Bits quads to `sums`.
[[gnu::noinline]] void accumulate_steps(const std::uint8_t* const (&windows)[kPositions],
                                        const std::int64_t* offsets, std::int64_t steps,
                                        const std::int8_t* weights, Sums& sums) {
  const std::uint8_t* const w0 = windows[0];
  const std::uint8_t* const w1 = windows[1];
  const std::uint8_t* const w2 = windows[2];
  const std::uint8_t* const w3 = windows[3];
  __m256i narrow[kPositions][kVectors];
#pragma GCC unroll 4
  for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      narrow[p][v] = _mm256_setzero_si256();
  for (std::int64_t q = 0; q < steps; ++q) {
    const std::int64_t offset = offsets[q];
    const __m256i pixels[kPositions] = {broadcast_quad(w0 + offset), broadcast_quad(w1 + offset),
                                        broadcast_quad(w2 + offset), broadcast_quad(w3 + offset)};
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const __m256i weight = load(weights + v * 32);
#pragma GCC unroll 4
      for (int p = 0; p < kPositions; ++p)
        add_in_place(narrow[p][v], _mm256_maddubs_epi16(pixels[p], weight));
    }
    weights += kVectors * 32;
  }
  const __m256i ones = _mm256_set1_epi16(1);
#pragma GCC unroll 4
  for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      sums.at[p][v] = _mm256_add_epi32(sums.at[p][v], _mm256_madd_epi16(narrow[p][v], ones));
}

inline void accumulate(const Task& task, const std::uint8_t* const (&windows)[kPositions], Sums& sums) {
  const std::int64_t quads = task.constants.quads;
  for (int p = 0; p < kPositions; ++p)
    for (int v = 0; v < kVectors; ++v)
      sums.at[p][v] = _mm256_setzero_si256();
  // Rounds of equal length, so that the last is not a short one.
  const std::int64_t rounds = (quads + kStepsIn16Bits - 1) / kStepsIn16Bits;
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::int64_t begin = quads * round / rounds;
    const std::int64_t steps = quads * (round + 1) / rounds - begin;
    accumulate_steps(windows, task.constants.offsets + begin, steps, task.weights + begin * kVectors * 32,
                     sums);
  }
}

// The first `left` of 8 lanes.
inline __m256i lanes_below(std::int64_t left) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(left < kLanes ? left : kLanes)), lane);
}

// Writes one pixel's channels of this block.
inline void finish(const Task& task, std::int64_t pixel, const __m256i* sums) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t first = task.block.first;
  if (p.epilogue == ConvolutionEpilogue::raw_s32) {
    auto* output = static_cast<std::int32_t*>(task.output) + pixel * p.output_channels;
    for (std::int64_t v = 0; v < kVectors; ++v) {
      const std::int64_t channel = (first + v) * kLanes;
      if (channel >= p.output_channels) return;
      _mm256_maskstore_epi32(output + channel, lanes_below(p.output_channels - channel), sums[v]);
    }
    return;
  }
  auto* output = static_cast<std::uint8_t*>(task.output) + pixel * task.constants.vectors + first;
  for (std::int64_t v = 0; v < kVectors; ++v) {
    const __m256i below = _mm256_cmpgt_epi32(load(task.constants.threshold + (first + v) * kLanes), sums[v]);
    const int bits = _mm256_movemask_ps(_mm256_castsi256_ps(below));
    output[v] = static_cast<std::uint8_t>(bits ^ task.constants.flip_bits[first + v]);
  }
}

// 2 x 2 pooling: one pooled output at a time, all four of its windows at once.
void run_pooled_2x2(const Task& task, const Source& source, std::int64_t row) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t down = p.stride_height * source.row_bytes;
  const std::int64_t right = std::int64_t{p.stride_width} * p.input_channels;
  const std::uint8_t* const start = source.data + row * 2 * down;
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    const std::uint8_t* const window = start + column * 2 * right;
    Sums sums;
    accumulate(task, {window, window + right, window + down, window + down + right}, sums);
    __m256i best[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      best[v] = _mm256_max_epi32(_mm256_max_epi32(sums.at[0][v], sums.at[1][v]),
                                 _mm256_max_epi32(sums.at[2][v], sums.at[3][v]));
    }
    finish(task, row * p.output_width + column, best);
  }
}

// Any pooling: four neighbouring outputs at a time; behind the row's end the last one is repeated.
void run_any(const Task& task, const Source& source, std::int64_t row) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t down = p.stride_height * source.row_bytes;
  const std::int64_t right = std::int64_t{p.stride_width} * p.input_channels;
  for (std::int64_t column = 0; column < p.output_width; column += kPositions) {
    const std::int64_t count = p.output_width - column < kPositions ? p.output_width - column : kPositions;
    Sums best;
    for (std::int64_t tap = 0; tap < std::int64_t{p.pool_height} * p.pool_width; ++tap) {
      const std::uint8_t* const start =
          source.data + (row * p.pool_height + tap / p.pool_width) * down + tap % p.pool_width * right;
      const std::uint8_t* windows[kPositions];
      for (std::int64_t i = 0; i < kPositions; ++i) {
        const std::int64_t output = column + (i < count ? i : count - 1);
        windows[i] = start + output * p.pool_width * right;
      }
      Sums sums;
      accumulate(task, windows, sums);
      for (int i = 0; i < kPositions; ++i) {
        for (int v = 0; v < kVectors; ++v)
          best.at[i][v] = tap == 0 ? sums.at[i][v] : _mm256_max_epi32(best.at[i][v], sums.at[i][v]);
      }
    }
    for (std::int64_t i = 0; i < count; ++i)
      finish(task, row * p.output_width + column + i, best.at[i]);
  }
}

// Blocks are the outer order: consecutive tasks use the same weights.
void run(const ConvolutionCall& call, std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  Task task{};
  task.problem = &p;
  task.constants = quad_constants(p, call.packed, kLanes);
  task.block = vector_block(task.constants.vectors, kVectors, index / p.output_height);
  task.weights = task.constants.weights + task.block.first * kLanes * 4 * task.constants.quads;
  task.output = call.output;
  const Source source = source_of(call);
  const std::int64_t row = index % p.output_height;
  if (p.pool_height == 2 && p.pool_width == 2) {
    run_pooled_2x2(task, source, row);
  } else {
    run_any(task, source, row);
  }
}

}  // namespace

extern const ConvolutionKernel convolution_u8_b1__avx2_4x16 = {
    "convolution_u8_b1__avx2_4x16", isa_feature::avx2, accepts_quads, quad_packed_bytes, pack,
    border_scratch_bytes,           border_tasks,      make_border,   run_tasks,         run};

}  // namespace bitplace
