// u8 pixels x 1-bit weights with pmaddubsw, for any number of input channels.
//
//   sum16[2 o, 2 o + 1] += pixels (u8, 4 broadcast) . weights (s8, +1 or -1), two products per 16-bit lane
//
// Layout: quads.h with 4 lanes; a 32-bit lane = one output channel. A step adds at most 2 * 255 to a 16-bit
// sum, so pmaddubsw never saturates and 64 steps (32640) never overflow; after those pmaddwd by ones adds the
// two halves and widens, which makes any depth exact. A block is 4 windows (windows.h) x 2 vectors of 4
// channels, whose bits are one byte of the output.
//
// Registers: 8 accumulators, 1 or 2 weights, 4 pixels, 1 product.
//
// Preconditions: groups == 1; 3 readable bytes behind the input.
//
// Measured, Intel Xeon (Emerald Rapids) at 3.0 GHz, one thread: 227 x 227 x 3 -> 27 x 27 x 96, 11 x 11 stride
// 4, pooled 2 x 2: 2.05 ms, 16 of 24 multiply-accumulates per cycle (3 ports, 2 operations per 16), 8 % of
// them zeros that fill up rows of 33 bytes.
#include <immintrin.h>

#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/quads.h"
#include "kernels/convolution_u8_b1/windows.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1;

constexpr std::int64_t kLanes = 4;
constexpr int kVectors = 2;
constexpr std::int64_t kStepsIn16Bits = 32767 / (2 * 255);

void pack(const ConvolutionProblem& p, const ConvolutionConstants& constants, void* packed) {
  pack_quads(p, constants, packed, kLanes, kVectors);
}
// Channels are padded to 32, so every block is whole.
std::int64_t run_tasks(const ConvolutionProblem& p) {
  return p.output_height * ((std::int64_t{p.output_channels} + 31) / 32 * 4);
}

struct Sums {
  __m128i at[kPositions][kVectors];
};

inline __m128i load(const void* bytes) {
  return _mm_load_si128(static_cast<const __m128i*>(bytes));
}

inline __m128i broadcast_quad(const std::uint8_t* bytes) {
  int quad;
  __builtin_memcpy(&quad, bytes, 4);
  return _mm_set1_epi32(quad);
}

// sum += addend in 16-bit lanes. Written out because g++ 12 adds into the addend's register and copies every
// sum back afterwards.
inline void add_in_place(__m128i& sum, __m128i addend) {
  asm("paddw %1, %0" : "+x"(sum) : "x"(addend));
}

// Adds up to kStepsIn16Bits quads to `sums`.
[[gnu::noinline]] void accumulate_steps(const Windows& windows, const std::int64_t* offsets,
                                        std::int64_t steps, const std::int8_t* weights, Sums& sums) {
  const std::uint8_t* const w0 = windows[0];
  const std::uint8_t* const w1 = windows[1];
  const std::uint8_t* const w2 = windows[2];
  const std::uint8_t* const w3 = windows[3];
  __m128i narrow[kPositions][kVectors];
#pragma GCC unroll 4
  for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      narrow[p][v] = _mm_setzero_si128();
  for (std::int64_t q = 0; q < steps; ++q) {
    const std::int64_t offset = offsets[q];
    const __m128i pixels[kPositions] = {broadcast_quad(w0 + offset), broadcast_quad(w1 + offset),
                                        broadcast_quad(w2 + offset), broadcast_quad(w3 + offset)};
#pragma GCC unroll 4
    for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v)
        add_in_place(narrow[p][v], _mm_maddubs_epi16(pixels[p], load(weights + v * 16)));
    weights += kVectors * 16;
  }
  const __m128i ones = _mm_set1_epi16(1);
#pragma GCC unroll 4
  for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      sums.at[p][v] = _mm_add_epi32(sums.at[p][v], _mm_madd_epi16(narrow[p][v], ones));
}

// Two vectors of output channels; see windows.h.
struct Block {
  using Sums = bitplace::Sums;

  const ConvolutionProblem* problem;
  QuadConstants constants;
  std::int64_t index;
  void* output;

  void accumulate(const Windows& windows, Sums& sums) const {
    const std::int8_t* weights = constants.weights + index * kVectors * 16 * constants.quads;
    for (int p = 0; p < kPositions; ++p)
      for (int v = 0; v < kVectors; ++v)
        sums.at[p][v] = _mm_setzero_si128();
    // Rounds of equal length, so that the last is not a short one.
    const std::int64_t rounds = (constants.quads + kStepsIn16Bits - 1) / kStepsIn16Bits;
    for (std::int64_t round = 0; round < rounds; ++round) {
      const std::int64_t begin = constants.quads * round / rounds;
      const std::int64_t steps = constants.quads * (round + 1) / rounds - begin;
      accumulate_steps(windows, constants.offsets + begin, steps, weights + begin * kVectors * 16, sums);
    }
  }

  static void keep_maximum(Sums& best, const Sums& sums) {
    for (int p = 0; p < kPositions; ++p)
      for (int v = 0; v < kVectors; ++v)
        best.at[p][v] = _mm_max_epi32(best.at[p][v], sums.at[p][v]);
  }

  static void maximum_of_positions(Sums& sums) {
    for (int v = 0; v < kVectors; ++v) {
      sums.at[0][v] = _mm_max_epi32(_mm_max_epi32(sums.at[0][v], sums.at[1][v]),
                                    _mm_max_epi32(sums.at[2][v], sums.at[3][v]));
    }
  }

  void finish(const Sums& sums, int position, std::int64_t pixel) const {
    const __m128i* fours = sums.at[position];
    if (problem->epilogue == ConvolutionEpilogue::raw_s32) {
      write_raw(fours, pixel);
      return;
    }
    int bits = constants.flip_bits[index];
    for (int v = 0; v < kVectors; ++v) {
      const __m128i threshold = load(constants.threshold + (index * kVectors + v) * kLanes);
      bits ^= _mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(threshold, fours[v]))) << (v * kLanes);
    }
    const std::int64_t pixel_bytes = constants.vectors / kVectors;
    static_cast<std::uint8_t*>(output)[pixel * pixel_bytes + index] = static_cast<std::uint8_t>(bits);
  }

  void write_raw(const __m128i* fours, std::int64_t pixel) const {
    const std::int64_t first = index * kVectors * kLanes;
    const std::int64_t left = problem->output_channels - first;
    if (left <= 0) return;
    std::int32_t lanes[kVectors * kLanes];
    __builtin_memcpy(lanes, fours, sizeof lanes);
    const std::int64_t count = left < kVectors * kLanes ? left : kVectors * kLanes;
    __builtin_memcpy(static_cast<std::int32_t*>(output) + pixel * problem->output_channels + first, lanes,
                     4 * static_cast<std::size_t>(count));
  }
};

// Blocks are the outer order: consecutive tasks use the same weights.
void run(const ConvolutionCall& call, std::int64_t task) {
  const ConvolutionProblem& p = *call.problem;
  const QuadConstants constants = quad_constants(p, call.packed, kLanes);
  const OutputRow row = output_row(p, source_of(call), task % p.output_height);
  const Block block = {&p, constants, task / p.output_height, call.output};
  for (std::int64_t column = 0; column < p.output_width; column += outputs_together(p))
    run_outputs(block, row, column);
}

}  // namespace

extern const ConvolutionKernel convolution_u8_b1__sse42_4x8 = {
    "convolution_u8_b1__sse42_4x8", isa_feature::sse42, accepts_quads, quad_packed_bytes, pack,
    border_scratch_bytes,           border_tasks,       make_border,   run_tasks,         run};

}  // namespace bitplace
