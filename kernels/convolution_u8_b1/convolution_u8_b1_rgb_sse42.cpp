// RGB pixels x 1-bit weights by table lookup: pshufb finds what one pixel adds to 8 output channels.
//
//   sum16[o] += table(pixel)[3 weight bits of o]: 3 products per 16-bit lane by one lookup and one addition
//
// Layout: rgb_tables.h. A lookup adds at most 3 * 128, so 85 of them stay within 16 bits; then sums are
// widened. A block is 4 windows (windows.h) x 32 output channels in two halves. Each row of outputs first
// makes the tables of the input rows that it reads, 16 bytes per pixel.
//
// Registers: 8 accumulators, 4 tables, 2 index vectors, 1 product; pshufb overwrites the table, so each use
// takes a copy of it.
//
// Preconditions: accepts_rgb; 8 readable bytes behind the input; 64 KiB of stack.
//
// Limit: 3 vector ports for 2 operations per 24 products, 36 multiply-accumulates per cycle; pmaddubsw 24.
//
// Measured, Intel Xeon (Emerald Rapids) at 3.0 GHz, one thread: 227 x 227 x 3 -> 27 x 27 x 96, 11 x 11 stride
// 4, pooled 2 x 2: 1.16 ms, 29 multiply-accumulates per cycle, 0.56 of the time of pmaddubsw.
#include <immintrin.h>

#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/quads.h"
#include "kernels/convolution_u8_b1/rgb_tables.h"
#include "kernels/convolution_u8_b1/windows.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1;

constexpr int kHalves = 2;                              // of a block
constexpr int kVectors = 2;                             // of 8 channels, in a half
constexpr int kResults = 4;                             // vectors of 32-bit sums, in a half
constexpr std::int64_t kTapBytes = kBlockChannels * 2;  // indices of one tap
constexpr std::int64_t kStepsIn16Bits = 32767 / (3 * 128);

inline __m128i load(const void* bytes) {
  return _mm_load_si128(static_cast<const __m128i*>(bytes));
}

// sum += addend in 16-bit lanes. Written out because g++ 12 adds into the addend's register and copies every
// sum back afterwards.
inline void add_in_place(__m128i& sum, __m128i addend) {
  asm("paddw %1, %0" : "+x"(sum) : "x"(addend));
}

// 32-bit sums of 32 channels at four positions.
struct Sums {
  __m128i at[kPositions][kHalves * kResults];
};

// Up to kStepsIn16Bits taps of 16 channels; into the results from `first` on, or added to them.
[[gnu::noinline]] void accumulate_steps(const Windows& windows, const std::int32_t* offsets,
                                        std::int64_t steps, const std::uint8_t* indices, bool add, int first,
                                        Sums& sums) {
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
  for (std::int64_t tap = 0; tap < steps; ++tap) {
    const std::int64_t offset = offsets[tap];
    const __m128i tables[kPositions] = {load(w0 + offset), load(w1 + offset), load(w2 + offset),
                                        load(w3 + offset)};
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const __m128i index = load(indices + v * 16);
#pragma GCC unroll 4
      for (int p = 0; p < kPositions; ++p)
        add_in_place(narrow[p][v], _mm_shuffle_epi8(tables[p], index));
    }
    indices += kTapBytes;
  }
#pragma GCC unroll 4
  for (int p = 0; p < kPositions; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      __m128i* result = sums.at[p] + first + 2 * v;
      __m128i low = _mm_cvtepi16_epi32(narrow[p][v]);
      __m128i high = _mm_cvtepi16_epi32(_mm_srli_si128(narrow[p][v], 8));
      if (add) {
        low = _mm_add_epi32(low, result[0]);
        high = _mm_add_epi32(high, result[1]);
      }
      result[0] = low;
      result[1] = high;
    }
  }
}

// 32 output channels; see windows.h.
struct Block {
  using Sums = bitplace::Sums;

  const ConvolutionProblem* problem;
  RgbConstants constants;
  std::int64_t index;
  void* output;

  void accumulate(const Windows& windows, Sums& sums) const {
    const std::int64_t taps = constants.taps;
    const std::uint8_t* indices = constants.indices + index * taps * kTapBytes;
    // Rounds of equal length, so that the last is not a short one.
    const std::int64_t rounds = (taps + kStepsIn16Bits - 1) / kStepsIn16Bits;
    for (std::int64_t round = 0; round < rounds; ++round) {
      const std::int64_t begin = taps * round / rounds;
      const std::int64_t steps = taps * (round + 1) / rounds - begin;
      for (int half = 0; half < kHalves; ++half) {
        accumulate_steps(windows, constants.offsets + begin, steps,
                         indices + begin * kTapBytes + half * kTapBytes / kHalves, round != 0,
                         half * kResults, sums);
      }
    }
  }

  static void keep_maximum(Sums& best, const Sums& sums) {
    for (int p = 0; p < kPositions; ++p)
      for (int i = 0; i < kHalves * kResults; ++i)
        best.at[p][i] = _mm_max_epi32(best.at[p][i], sums.at[p][i]);
  }

  static void maximum_of_positions(Sums& sums) {
    for (int i = 0; i < kHalves * kResults; ++i) {
      sums.at[0][i] = _mm_max_epi32(_mm_max_epi32(sums.at[0][i], sums.at[1][i]),
                                    _mm_max_epi32(sums.at[2][i], sums.at[3][i]));
    }
  }

  void finish(const Sums& sums, int position, std::int64_t pixel) const {
    const std::int64_t first = index * kBlockChannels;
    const __m128i* fours = sums.at[position];
    if (problem->epilogue == ConvolutionEpilogue::raw_s32) {
      write_raw(fours, static_cast<std::int32_t*>(output) + pixel * problem->output_channels, first);
      return;
    }
    std::uint32_t word;
    __builtin_memcpy(&word, constants.flip_bits + index * 4, 4);
    for (int i = 0; i < kHalves * kResults; ++i) {
      const __m128i below = _mm_cmpgt_epi32(load(constants.threshold + first + i * 4), fours[i]);
      word ^= static_cast<std::uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(below))) << (i * 4);
    }
    static_cast<std::uint32_t*>(output)[pixel * constants.blocks + index] = word;
  }

  void write_raw(const __m128i* fours, std::int32_t* pixel, std::int64_t first) const {
    std::int32_t lanes[kBlockChannels];
    for (int i = 0; i < kHalves * kResults; ++i) {
      const __m128i value = _mm_add_epi32(fours[i], load(constants.constant + first + i * 4));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(lanes + i * 4), value);
    }
    const std::int64_t left = problem->output_channels - first;
    const std::int64_t count = left < kBlockChannels ? left : kBlockChannels;
    __builtin_memcpy(pixel + first, lanes, 4 * static_cast<std::size_t>(count));
  }
};

// The tables of a row of pixels, two at a time: r and g by one pmaddubsw, b by another, whose second product
// takes off 128 times the three signs.
void make_tables(const std::uint8_t* pixels, std::int64_t columns, std::uint8_t* tables) {
  const __m128i red_green = _mm_set1_epi16(0x0100);
  const __m128i blue = _mm_set1_epi16(static_cast<short>(0xff02));
  const __m128i second_pixel = _mm_set1_epi16(0x0303);
  const __m128i second_blue = _mm_set1_epi16(0x0003);
  const __m128i centre = _mm_set1_epi16(static_cast<short>(0x8000));  // 128 in the bytes that `blue` clears
  const __m128i red_green_signs = _mm_setr_epi8(1, 1, -1, 1, 1, -1, -1, -1, 1, 1, -1, 1, 1, -1, -1, -1);
  const __m128i blue_signs = _mm_setr_epi8(1, -3, 1, -1, 1, -1, 1, 1, -1, -1, -1, 1, -1, 1, -1, 3);
  for (std::int64_t x = 0; x < columns; x += 2) {
    const __m128i two = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(pixels + x * 3));
    for (int i = 0; i < 2; ++i) {
      const __m128i red_green_at = i == 0 ? red_green : _mm_add_epi8(red_green, second_pixel);
      const __m128i blue_at = i == 0 ? blue : _mm_add_epi8(blue, second_blue);
      const __m128i first = _mm_maddubs_epi16(_mm_shuffle_epi8(two, red_green_at), red_green_signs);
      const __m128i second =
          _mm_maddubs_epi16(_mm_or_si128(_mm_shuffle_epi8(two, blue_at), centre), blue_signs);
      _mm_store_si128(reinterpret_cast<__m128i*>(tables + (x + i) * kTableBytes),
                      _mm_add_epi16(first, second));
    }
  }
}

std::int64_t run_tasks(const ConvolutionProblem& p) {
  return p.output_height;
}

void run(const ConvolutionCall& call, std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  alignas(16) std::uint8_t tables[kAllTablesBytes];
  const TableExtent extent = table_extent(p);
  const Source source = source_of(call);
  const std::uint8_t* pixels = source.data + index * p.pool_height * p.stride_height * source.row_bytes;
  const std::int64_t row_bytes = extent.columns * kTableBytes;
  for (std::int64_t y = 0; y < extent.rows; ++y)
    make_tables(pixels + y * source.row_bytes, extent.columns, tables + y * row_bytes);
  const OutputRow row = {&p, tables, p.stride_height * row_bytes, p.stride_width * kTableBytes,
                         index * p.output_width};
  Block block = {&p, rgb_constants(p, call.packed), 0, call.output};
  // All blocks of a place follow each other: its tables stay in the first cache, and all indices do.
  for (std::int64_t column = 0; column < p.output_width; column += outputs_together(p)) {
    for (block.index = 0; block.index < block.constants.blocks; ++block.index)
      run_outputs(block, row, column);
  }
}

}  // namespace

extern const ConvolutionKernel convolution_u8_b1__sse42_rgb4x32 = {"convolution_u8_b1__sse42_rgb4x32",
                                                                   isa_feature::sse42,
                                                                   accepts_rgb,
                                                                   rgb_packed_bytes,
                                                                   pack_rgb,
                                                                   border_scratch_bytes,
                                                                   border_tasks,
                                                                   make_border,
                                                                   run_tasks,
                                                                   run};

}  // namespace bitplace
