// u8 pixels x 1-bit weights with vpdpbusd.
//
//   accumulator[o] += 4 pixels (u8, broadcast) . 4 weights (s8, +1 or -1) per instruction and 32-bit lane
//
// Layout: quads.h with 16 lanes; lane = output channel. The sums are exact in 32 bits at any depth that a
// model may have. A block is 4 windows (windows.h) x v <= 6 vectors of 16 channels.
//
// A kernel row of 33 bytes would need 9 quads, 8 % of them zeros. The bytes behind the last whole quads of
// all rows are folded into quads of their own instead, where that pays: the bytes of a window are gathered on
// the stack, at `spread` times the distance that the window has from the first one of its row of outputs.
//
// Registers at v = 6: 24 accumulators, 4 pixels, 1 weight. 12 accumulators (v = 3) are too few for a latency
// of 5 cycles at 2 instructions a cycle: 107 of 128 multiply-accumulates per cycle instead of 123.
//
// Preconditions: groups == 1; 3 readable bytes behind the input; 16 KiB of stack.
//
// Measured, Intel Xeon (Emerald Rapids) at 3.0 GHz, one thread: 227 x 227 x 3 -> 27 x 27 x 96, 11 x 11 stride
// 4, pooled 2 x 2: 0.300 ms, 123 of 128 per cycle, of which 8 % are the zeros that fill up rows of 33 bytes.
#include <immintrin.h>

#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/quads.h"
#include "kernels/convolution_u8_b1/windows.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1;

constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kMostVectors = 6;

// Room for the left-over bytes of one row of outputs.
constexpr std::int64_t kGatheredBytes = 12 * 1024;

// How the left-over bytes of windows are laid out.
struct Folding {
  bool folded;
  std::int64_t spread;
};

Folding folding_of(const ConvolutionProblem& p) {
  const bool whole_rows = p.dilation_width == 1;
  const std::int64_t segments = p.kernel_height * std::int64_t{whole_rows ? 1 : p.kernel_width};
  const std::int64_t bytes =
      segments * (p.input_channels * std::int64_t{whole_rows ? p.kernel_width : 1} % 4);
  const std::int64_t quads = (bytes + 3) / 4;
  const std::int64_t saved = (bytes > 0 ? segments : 0) - quads;
  const std::int64_t vectors = (std::int64_t{p.output_channels} + 31) / 32 * 2;
  // Gathering a byte takes about as long as two multiplications.
  if (2 * bytes > saved * (vectors < kMostVectors ? vectors : kMostVectors)) return {false, 0};
  const std::int64_t right = std::int64_t{p.stride_width} * p.input_channels;
  const std::int64_t spread = (4 * quads + right - 1) / right;
  // Rows of windows lie at most as far apart as rows of a bordered image.
  const std::int64_t columns = std::int64_t{p.output_width} * p.pool_width * p.stride_width +
                               p.kernel_width * std::int64_t{p.dilation_width} + p.input_width;
  const std::int64_t reach = p.pool_height * std::int64_t{p.stride_height} * columns * p.input_channels;
  return {saved > 0 && reach * spread <= kGatheredBytes, spread};
}

std::size_t packed_bytes(const ConvolutionProblem& p) {
  return folding_of(p).folded ? folded_packed_bytes(p) : quad_packed_bytes(p);
}
void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_quads(p, constants, packed, kLanes, kMostVectors, folding_of(p).folded);
}
std::int64_t run_tasks(const ConvolutionProblem& p) {
  const std::int64_t vectors = (std::int64_t{p.output_channels} + 31) / 32 * 2;
  return p.output_height * vector_blocks(vectors, kMostVectors);
}

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

// Quads of four windows: bytes at offsets from where the windows start.
struct Quads {
  const std::uint8_t* const* windows;
  const std::int64_t* offsets;
  std::int64_t count;
};

// The whole quads, then the folded ones.
template <std::size_t V>
[[gnu::noinline]] void accumulate_quads(const Quads* first, const Quads* last, const std::int8_t* weights,
                                        Sums<V>& result) {
  __m512i sums[kPositions][V];
#pragma GCC unroll 6
  for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 6
    for (std::size_t v = 0; v < V; ++v)
      sums[p][v] = _mm512_setzero_si512();
  for (const Quads* part = first; part != last; ++part) {
    const std::uint8_t* const w0 = part->windows[0];
    const std::uint8_t* const w1 = part->windows[1];
    const std::uint8_t* const w2 = part->windows[2];
    const std::uint8_t* const w3 = part->windows[3];
    const std::int64_t* const offsets = part->offsets;
    const std::int64_t quads = part->count;
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
  }
#pragma GCC unroll 6
  for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 6
    for (std::size_t v = 0; v < V; ++v)
      result.at[p][v] = sums[p][v];
}

// V vectors of output channels; see windows.h.
template <std::size_t V>
struct Block {
  using Sums = bitplace::Sums<V>;

  const ConvolutionProblem* problem;
  QuadConstants constants;
  std::int64_t first;  // vector
  void* output;
  const std::uint8_t* start;     // the row's first window
  const std::uint8_t* gathered;  // and its left-over bytes
  std::int64_t spread;

  void accumulate(const Windows& windows, Sums& sums) const {
    const std::int8_t* weights = constants.weights + first * kLanes * 4 * constants.quads;
    Quads parts[2] = {{windows, constants.offsets, constants.whole_quads}, {}};
    if (constants.left_over == 0) return accumulate_quads<V>(parts, parts + 1, weights, sums);
    Windows left_over;
    for (int p = 0; p < kPositions; ++p)
      left_over[p] = gathered + (windows[p] - start) * spread;
    parts[1] = {left_over, constants.offsets + constants.whole_quads + constants.left_over,
                constants.quads - constants.whole_quads};
    accumulate_quads<V>(parts, parts + 2, weights, sums);
  }

  static void keep_maximum(Sums& best, const Sums& sums) {
    for (int p = 0; p < kPositions; ++p)
      for (std::size_t v = 0; v < V; ++v)
        best.at[p][v] = _mm512_max_epi32(best.at[p][v], sums.at[p][v]);
  }

  static void maximum_of_positions(Sums& sums) {
    for (std::size_t v = 0; v < V; ++v) {
      sums.at[0][v] = _mm512_max_epi32(_mm512_max_epi32(sums.at[0][v], sums.at[1][v]),
                                       _mm512_max_epi32(sums.at[2][v], sums.at[3][v]));
    }
  }

  void finish(const Sums& sums, int position, std::int64_t pixel) const {
    for (std::size_t v = 0; v < V; ++v) {
      const std::int64_t vector = first + static_cast<std::int64_t>(v);
      if (problem->epilogue == ConvolutionEpilogue::raw_s32) {
        write_raw(sums.at[position][v], vector, pixel);
      } else {
        write_bits(sums.at[position][v], vector, pixel);
      }
    }
  }

  void write_raw(__m512i sum, std::int64_t vector, std::int64_t pixel) const {
    const std::int64_t left = problem->output_channels - vector * kLanes;
    if (left <= 0) return;
    const auto exists = static_cast<__mmask16>(left >= kLanes ? 0xffff : (1 << left) - 1);
    auto* to = static_cast<std::int32_t*>(output) + pixel * problem->output_channels + vector * kLanes;
    _mm512_mask_storeu_epi32(to, exists, sum);
  }

  void write_bits(__m512i sum, std::int64_t vector, std::int64_t pixel) const {
    const __m512i threshold = _mm512_load_si512(constants.threshold + vector * kLanes);
    std::uint16_t flip;
    __builtin_memcpy(&flip, constants.flip_bits + vector * 2, 2);
    const auto bits = static_cast<std::uint16_t>(_mm512_cmplt_epi32_mask(sum, threshold) ^ flip);
    __builtin_memcpy(static_cast<std::uint8_t*>(output) + (pixel * constants.vectors + vector) * 2, &bits, 2);
  }
};

// The left-over bytes of all windows of a row of outputs.
void gather(const QuadConstants& constants, const OutputRow& row, std::int64_t spread,
            std::uint8_t* gathered) {
  const ConvolutionProblem& p = *row.problem;
  const std::int64_t* const offsets = constants.offsets + constants.whole_quads;
  const std::int64_t folded = 4 * (constants.quads - constants.whole_quads);
  for (std::int64_t y = 0; y < p.pool_height; ++y) {
    for (std::int64_t x = 0; x < std::int64_t{p.output_width} * p.pool_width; ++x) {
      const std::int64_t window = y * row.down + x * row.right;
      std::uint8_t* const to = gathered + window * spread;
      for (std::int64_t i = 0; i < constants.left_over; ++i)
        to[i] = row.start[window + offsets[i]];
      for (std::int64_t i = constants.left_over; i < folded; ++i)
        to[i] = 0;
    }
  }
}

template <std::size_t V>
void run_block(const ConvolutionCall& call, const QuadConstants& constants, std::int64_t first,
               const OutputRow& row, const std::uint8_t* gathered, std::int64_t spread) {
  const Block<V> block = {call.problem, constants, first, call.output, row.start, gathered, spread};
  for (std::int64_t column = 0; column < call.problem->output_width;
       column += outputs_together(*call.problem))
    run_outputs(block, row, column);
}

// Blocks are the outer order: consecutive tasks use the same weights.
void run(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const Folding folding = folding_of(p);
  const QuadConstants constants = quad_constants(p, call.packed, kLanes, folding.folded);
  const VectorBlock block = vector_block(constants.vectors, kMostVectors, task / p.output_height);
  const OutputRow row = output_row(p, source_of(call), task % p.output_height);
  std::uint8_t gathered[kGatheredBytes];
  if (folding.folded) gather(constants, row, folding.spread, gathered);
  switch (block.count) {
    case 1:
      return run_block<1>(call, constants, block.first, row, gathered, folding.spread);
    case 2:
      return run_block<2>(call, constants, block.first, row, gathered, folding.spread);
    case 3:
      return run_block<3>(call, constants, block.first, row, gathered, folding.spread);
    case 4:
      return run_block<4>(call, constants, block.first, row, gathered, folding.spread);
    case 5:
      return run_block<5>(call, constants, block.first, row, gathered, folding.spread);
    default:
      return run_block<6>(call, constants, block.first, row, gathered, folding.spread);
  }
}

}  // namespace

extern const ConvolutionKernel convolution_u8_b1__avx512vnni_4x96 = {
    "convolution_u8_b1__avx512vnni_4x96",
    isa_feature::avx512 | isa_feature::avx512vnni,
    accepts_quads,
    packed_bytes,
    pack,
    border_scratch_bytes,
    border_tasks,
    make_border,
    run_tasks,
    run};

}  // namespace bitplace
