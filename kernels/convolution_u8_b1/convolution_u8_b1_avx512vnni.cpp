// u8 pixels x 1-bit weights with vpdpbusd.
//
//   accumulator[o] += 4 pixels (u8, broadcast) . 4 weights (s8, +1 or -1) per instruction and 32-bit lane
//
// Layout: quads.h with 16 lanes; lane = output channel. The sums are exact in 32 bits at any depth that a
// model may have. A block is 4 window positions x v <= 6 vectors of 16 channels: with 2 x 2 pooling the 4
// positions of one pooling window, otherwise 4 neighbouring outputs that step through their pooling windows
// together with a running maximum.
//
// Registers at v = 6: 24 accumulators, 4 pixels, 1 weight. 12 accumulators (v = 3) are too few for a latency
// of 5 cycles at 2 instructions a cycle: 107 of 128 multiply-accumulates per cycle instead of 123.
//
// Preconditions: groups == 1; 3 readable bytes behind the input.
//
// Measured, Intel Xeon (Emerald Rapids) at 3.0 GHz, one thread: 227 x 227 x 3 -> 27 x 27 x 96, 11 x 11 stride
// 4, pooled 2 x 2: 0.300 ms, 123 of 128 per cycle, of which 8 % are the zeros that fill up rows of 33 bytes.
#include <immintrin.h>

#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/quads.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1;

constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kMostVectors = 6;
constexpr int kPositions = 4;

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_quads(p, constants, packed, kLanes, kMostVectors);
}
std::int64_t run_tasks(const ConvolutionProblem& p) {
  const std::int64_t vectors = (std::int64_t{p.output_channels} + 31) / 32 * 2;
  return p.output_height * vector_blocks(vectors, kMostVectors);
}

// Everything that is the same for all windows of one task.
struct Task {
  const ConvolutionProblem* problem;
  QuadConstants constants;
  VectorBlock block;
  const std::int8_t* weights;
  void* output;
};

template <std::size_t V>
struct Sums {
  __m512i at[kPositions][V];
};

inline __m512i broadcast_quad(const std::uint8_t* bytes) {
  int quad;
  __builtin_memcpy(&quad, bytes, 4);
  return _mm512_set1_epi32(quad);
}

// An empty statement that holds an accumulator in one register: g++ 12 otherwise copies each after its
// addition or keeps some in memory.
inline void pin(__m512i& value) {
  asm("" : "+v"(value));
}

template <std::size_t V>
[[gnu::noinline]] void accumulate(const Task& task, const std::uint8_t* const (&windows)[kPositions],
                                  Sums<V>& result) {
  const std::uint8_t* const w0 = windows[0];
  const std::uint8_t* const w1 = windows[1];
  const std::uint8_t* const w2 = windows[2];
  const std::uint8_t* const w3 = windows[3];
  const std::int8_t* weights = task.weights;
  const std::int64_t* const offsets = task.constants.offsets;
  const std::int64_t quads = task.constants.quads;
  __m512i sums[kPositions][V];
#pragma GCC unroll 6
  for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 6
    for (std::size_t v = 0; v < V; ++v)
      sums[p][v] = _mm512_setzero_si512();
  for (std::int64_t q = 0; q < quads; ++q) {
    const std::int64_t offset = offsets[q];
    const __m512i pixels[kPositions] = {broadcast_quad(w0 + offset), broadcast_quad(w1 + offset),
                                        broadcast_quad(w2 + offset), broadcast_quad(w3 + offset)};
#pragma GCC unroll 6
    for (std::size_t v = 0; v < V; ++v) {
      const __m512i weight = _mm512_load_si512(weights + v * 64);
#pragma GCC unroll 6
      for (int p = 0; p < kPositions; ++p) {
        sums[p][v] = _mm512_dpbusd_epi32(sums[p][v], pixels[p], weight);
        pin(sums[p][v]);
      }
    }
    weights += V * 64;
  }
#pragma GCC unroll 6
  for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 6
    for (std::size_t v = 0; v < V; ++v)
      result.at[p][v] = sums[p][v];
}

// Writes one pixel's channels of this block.
inline void finish(const Task& task, std::int64_t pixel, const __m512i* sums) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t first = task.block.first;
  if (p.epilogue == ConvolutionEpilogue::raw_s32) {
    auto* output = static_cast<std::int32_t*>(task.output) + pixel * p.output_channels;
    for (std::int64_t v = 0; v < task.block.count; ++v) {
      const std::int64_t channel = (first + v) * kLanes;
      const std::int64_t left = p.output_channels - channel;
      if (left <= 0) return;
      const auto mask = static_cast<__mmask16>(left >= kLanes ? 0xffff : (1 << left) - 1);
      _mm512_mask_storeu_epi32(output + channel, mask, sums[v]);
    }
    return;
  }
  auto* output = static_cast<std::uint8_t*>(task.output) + pixel * (task.constants.vectors * 2) + first * 2;
  for (std::int64_t v = 0; v < task.block.count; ++v) {
    const __m512i threshold = _mm512_load_si512(task.constants.threshold + (first + v) * kLanes);
    std::uint16_t flip;
    __builtin_memcpy(&flip, task.constants.flip_bits + (first + v) * 2, 2);
    const auto bits = static_cast<std::uint16_t>(_mm512_cmplt_epi32_mask(sums[v], threshold) ^ flip);
    __builtin_memcpy(output + v * 2, &bits, 2);
  }
}

// 2 x 2 pooling: one pooled output at a time, all four of its windows at once.
template <std::size_t V>
void run_pooled_2x2(const Task& task, const Source& source, std::int64_t row) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t down = p.stride_height * source.row_bytes;
  const std::int64_t right = std::int64_t{p.stride_width} * p.input_channels;
  const std::uint8_t* const start = source.data + row * 2 * down;
  for (std::int64_t column = 0; column < p.output_width; ++column) {
    const std::uint8_t* const window = start + column * 2 * right;
    Sums<V> sums;
    accumulate<V>(task, {window, window + right, window + down, window + down + right}, sums);
    __m512i best[V];
    for (std::size_t v = 0; v < V; ++v) {
      best[v] = _mm512_max_epi32(_mm512_max_epi32(sums.at[0][v], sums.at[1][v]),
                                 _mm512_max_epi32(sums.at[2][v], sums.at[3][v]));
    }
    finish(task, row * p.output_width + column, best);
  }
}

// Any pooling: four neighbouring outputs at a time; behind the row's end the last one is repeated.
template <std::size_t V>
void run_any(const Task& task, const Source& source, std::int64_t row) {
  const ConvolutionProblem& p = *task.problem;
  const std::int64_t down = p.stride_height * source.row_bytes;
  const std::int64_t right = std::int64_t{p.stride_width} * p.input_channels;
  for (std::int64_t column = 0; column < p.output_width; column += kPositions) {
    const std::int64_t count = p.output_width - column < kPositions ? p.output_width - column : kPositions;
    Sums<V> best;
    for (std::int64_t tap = 0; tap < std::int64_t{p.pool_height} * p.pool_width; ++tap) {
      const std::uint8_t* const start =
          source.data + (row * p.pool_height + tap / p.pool_width) * down + tap % p.pool_width * right;
      const std::uint8_t* windows[kPositions];
      for (std::int64_t i = 0; i < kPositions; ++i) {
        const std::int64_t output = column + (i < count ? i : count - 1);
        windows[i] = start + output * p.pool_width * right;
      }
      Sums<V> sums;
      accumulate<V>(task, windows, sums);
      for (int i = 0; i < kPositions; ++i) {
        for (std::size_t v = 0; v < V; ++v)
          best.at[i][v] = tap == 0 ? sums.at[i][v] : _mm512_max_epi32(best.at[i][v], sums.at[i][v]);
      }
    }
    for (std::int64_t i = 0; i < count; ++i)
      finish(task, row * p.output_width + column + i, best.at[i]);
  }
}

template <std::size_t V>
void run_block(const Task& task, const Source& source, std::int64_t row) {
  if (task.problem->pool_height == 2 && task.problem->pool_width == 2) {
    run_pooled_2x2<V>(task, source, row);
  } else {
    run_any<V>(task, source, row);
  }
}

// Blocks are the outer order: consecutive tasks use the same weights.
void run(const ConvolutionCall& call, std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  Task task{};
  task.problem = &p;
  task.constants = quad_constants(p, call.packed, kLanes);
  task.block = vector_block(task.constants.vectors, kMostVectors, index / p.output_height);
  task.weights = task.constants.weights + task.block.first * kLanes * 4 * task.constants.quads;
  task.output = call.output;
  const Source source = source_of(call);
  const std::int64_t row = index % p.output_height;
  switch (task.block.count) {
    case 1:
      return run_block<1>(task, source, row);
    case 2:
      return run_block<2>(task, source, row);
    case 3:
      return run_block<3>(task, source, row);
    case 4:
      return run_block<4>(task, source, row);
    case 5:
      return run_block<5>(task, source, row);
    default:
      return run_block<6>(task, source, row);
  }
}

}  // namespace

extern const ConvolutionKernel convolution_u8_b1__avx512vnni_4x96 = {
    "convolution_u8_b1__avx512vnni_4x96",
    isa_feature::avx512 | isa_feature::avx512vnni,
    accepts_quads,
    quad_packed_bytes,
    pack,
    border_scratch_bytes,
    border_tasks,
    make_border,
    run_tasks,
    run};

}  // namespace bitplace
