// RGB pixels x 1-bit weights by table lookup: vpshufb finds what one pixel adds to 16 output channels.
//
//   sum16[o] += table(pixel)[3 weight bits of o]: 3 products per 16-bit lane by one lookup and one addition
//
// Layout: rgb_tables.h. A lookup adds at most 3 * 128, so 85 of them stay within 16 bits; then sums are
// widened. A block is 4 windows (windows.h) x 32 output channels. Each row of outputs first makes the tables
// of the input rows that it reads, 16 bytes per pixel: 54 KB for 227 columns and 15 rows, each read by up
// to 7.6 windows.
//
// Registers: 8 accumulators, 4 tables, 1 index vector, 1 product.
//
// Limit: 3 vector ports for 2 operations per 48 products, 72 multiply-accumulates per cycle. vpmaddubsw, with
// 32 products where vpshufb has 48, can do 48.
//
// Preconditions: accepts_rgb; 8 readable bytes behind the input; 64 KiB of stack.
//
// Measured, Intel Xeon (Emerald Rapids), one thread: 227 x 227 x 3 -> 27 x 27 x 96, 11 x 11 stride 4, pooled
// 2 x 2: 0.69 of the time of vpmaddubsw, 0.53 ms where that took 0.76 ms.
#include <immintrin.h>

#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/convolution_u8_b1/quads.h"
#include "kernels/convolution_u8_b1/rgb_tables.h"
#include "kernels/convolution_u8_b1/windows.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1;

constexpr int kVectors = 2;
constexpr std::int64_t kStepsIn16Bits = 32767 / (3 * 128);

inline __m256i load(const void* bytes) {
  return _mm256_load_si256(static_cast<const __m256i*>(bytes));
}

inline __m256i load_table(const std::uint8_t* table) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

// sum += addend in 16-bit lanes. Written out because g++ 12 adds into the addend's register and copies every
// sum back afterwards.
inline void add_in_place(__m256i& sum, __m256i addend) {
  asm("vpaddw %1, %0, %0" : "+x"(sum) : "x"(addend));
}

// 32-bit sums of 32 channels at four positions.
struct Sums {
  __m256i at[kPositions][4];
};

// Up to kStepsIn16Bits taps; into `sums`, or added to them.
[[gnu::noinline]] void accumulate_steps(const Windows& windows, const std::int32_t* offsets,
                                        std::int64_t steps, const std::uint8_t* indices, bool add,
                                        Sums& sums) {
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
  for (std::int64_t tap = 0; tap < steps; ++tap) {
    const std::int64_t offset = offsets[tap];
    const __m256i tables[kPositions] = {load_table(w0 + offset), load_table(w1 + offset),
                                        load_table(w2 + offset), load_table(w3 + offset)};
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      const __m256i index = load(indices + v * 32);
#pragma GCC unroll 4
      for (int p = 0; p < kPositions; ++p)
        add_in_place(narrow[p][v], _mm256_shuffle_epi8(tables[p], index));
    }
    indices += kVectors * 32;
  }
#pragma GCC unroll 4
  for (int p = 0; p < kPositions; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(narrow[p][v]));
      __m256i high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(narrow[p][v], 1));
      if (add) {
        low = _mm256_add_epi32(low, sums.at[p][2 * v]);
        high = _mm256_add_epi32(high, sums.at[p][2 * v + 1]);
      }
      sums.at[p][2 * v] = low;
      sums.at[p][2 * v + 1] = high;
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
    const std::uint8_t* indices = constants.indices + index * taps * kVectors * 32;
    // Rounds of equal length, so that the last is not a short one.
    const std::int64_t rounds = (taps + kStepsIn16Bits - 1) / kStepsIn16Bits;
    for (std::int64_t round = 0; round < rounds; ++round) {
      const std::int64_t begin = taps * round / rounds;
      const std::int64_t steps = taps * (round + 1) / rounds - begin;
      accumulate_steps(windows, constants.offsets + begin, steps, indices + begin * kVectors * 32, round != 0,
                       sums);
    }
  }

  static void keep_maximum(Sums& best, const Sums& sums) {
    for (int p = 0; p < kPositions; ++p)
      for (int i = 0; i < 4; ++i)
        best.at[p][i] = _mm256_max_epi32(best.at[p][i], sums.at[p][i]);
  }

  static void maximum_of_positions(Sums& sums) {
    for (int i = 0; i < 4; ++i) {
      sums.at[0][i] = _mm256_max_epi32(_mm256_max_epi32(sums.at[0][i], sums.at[1][i]),
                                       _mm256_max_epi32(sums.at[2][i], sums.at[3][i]));
    }
  }

  void finish(const Sums& sums, int position, std::int64_t pixel) const {
    const std::int64_t first = index * kBlockChannels;
    const __m256i* eights = sums.at[position];
    if (problem->epilogue == ConvolutionEpilogue::raw_s32) {
      write_raw(eights, static_cast<std::int32_t*>(output) + pixel * problem->output_channels, first);
      return;
    }
    std::uint32_t word;
    __builtin_memcpy(&word, constants.flip_bits + index * 4, 4);
    for (int i = 0; i < 4; ++i) {
      const __m256i below = _mm256_cmpgt_epi32(load(constants.threshold + first + i * 8), eights[i]);
      word ^= static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(below))) << (i * 8);
    }
    static_cast<std::uint32_t*>(output)[pixel * constants.blocks + index] = word;
  }

  void write_raw(const __m256i* eights, std::int32_t* pixel, std::int64_t first) const {
    for (int i = 0; i < 4; ++i) {
      const std::int64_t channel = first + i * 8;
      const std::int64_t left = problem->output_channels - channel;
      if (left <= 0) return;
      const __m256i exists = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(left < 8 ? left : 8)),
                                                _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
      const __m256i value = _mm256_add_epi32(eights[i], load(constants.constant + channel));
      _mm256_maskstore_epi32(pixel + channel, exists, value);
    }
  }
};

// The tables of a row of pixels, two at a time: r and g by one vpmaddubsw, b by another, whose second product
// takes off 128 times the three signs.
inline void make_tables(const std::uint8_t* pixels, std::int64_t columns, std::uint8_t* tables) {
  const __m256i red_green = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,  //
                                             3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4);
  const __m256i blue = _mm256_setr_epi8(2, -1, 2, -1, 2, -1, 2, -1, 2, -1, 2, -1, 2, -1, 2, -1,  //
                                        5, -1, 5, -1, 5, -1, 5, -1, 5, -1, 5, -1, 5, -1, 5, -1);
  const __m256i centre =
      _mm256_set1_epi16(static_cast<short>(0x8000));  // 128 in the bytes that `blue` clears
  const __m256i red_green_signs =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(1, 1, -1, 1, 1, -1, -1, -1, 1, 1, -1, 1, 1, -1, -1, -1));
  const __m256i blue_signs =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(1, -3, 1, -1, 1, -1, 1, 1, -1, -1, -1, 1, -1, 1, -1, 3));
  for (std::int64_t x = 0; x < columns; x += 2) {
    long long bytes;
    __builtin_memcpy(&bytes, pixels + x * 3, 8);
    const __m256i two = _mm256_set1_epi64x(bytes);
    const __m256i first = _mm256_maddubs_epi16(_mm256_shuffle_epi8(two, red_green), red_green_signs);
    const __m256i second =
        _mm256_maddubs_epi16(_mm256_or_si256(_mm256_shuffle_epi8(two, blue), centre), blue_signs);
    _mm256_store_si256(reinterpret_cast<__m256i*>(tables + x * kTableBytes), _mm256_add_epi16(first, second));
  }
}

std::int64_t run_tasks(const ConvolutionProblem& p) {
  return p.output_height;
}

void run(const ConvolutionCall& call, std::int64_t index) {
  const ConvolutionProblem& p = *call.problem;
  alignas(32) std::uint8_t tables[kAllTablesBytes];
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

extern const ConvolutionKernel convolution_u8_b1__avx2_rgb4x32 = {"convolution_u8_b1__avx2_rgb4x32",
                                                                  isa_feature::avx2,
                                                                  accepts_rgb,
                                                                  rgb_packed_bytes,
                                                                  pack_rgb,
                                                                  border_scratch_bytes,
                                                                  border_tasks,
                                                                  make_border,
                                                                  run_tasks,
                                                                  run};

}  // namespace bitplace
