// RGB pixels x 1-bit weights by table lookup: vpshufb finds what one pixel adds to 16 output channels.
//
//   S[o] += table(pixel)[3 weight bits of o]: 3 products per 16-bit lane by one lookup and one addition
//
// Layout, and how S decides about thresholds in 16 bits: rgb_tables.h. A block is 4 windows x 32 output
// channels; tables are made once for each input row of a strip of outputs and read by up to 7.6 windows of
// FloppyNet's first layer (rgb_strips.h).
//
// Registers: 8 accumulators, 4 tables, 1 index vector, 1 product.
// Preconditions: accepts_rgb, which bounds the depth by 513; kTailPad readable bytes behind the input; 96 KiB
// of stack.
//
// Measured, AMD EPYC (Zen 4) at 3.69 GHz, one thread: 227 x 227 x 3 -> 27 x 27 x 96, 11 x 11 stride 4, pooled
// 2 x 2: 0.412 ms, 67 multiply-accumulates per cycle of the 79 of lookups and additions in registers;
// vpmaddubsw takes 0.71 ms. What is left: loads of tables and indices (a tenth), making tables (4 %), window
// sums and the epilogue. docs/performance/binary-avx2.md has what was tried.
#include <immintrin.h>

#include "kernels/convolution_u8_b1/rgb_strips.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1;

inline __m256i load_table(const std::uint8_t* table) {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

// sum += table[index]. Written out because g++ 12 adds into the addend's register and copies every sum back
// afterwards.
inline void add_lookup(__m256i table, __m256i index, __m256i& sum) {
  __m256i found;
  asm("vpshufb %3, %2, %1\n\tvpaddw %1, %0, %0" : "+x"(sum), "=&x"(found) : "x"(table), "x"(index));
}

// See rgb_strips.h.
struct Avx2 {
  using Vector = __m256i;
  static constexpr int kVectors = 2;

  static Vector zero() { return _mm256_setzero_si256(); }
  static Vector set1(std::uint16_t value) { return _mm256_set1_epi16(static_cast<short>(value)); }
  static Vector load(const void* from) { return _mm256_load_si256(static_cast<const Vector*>(from)); }
  static Vector bitwise_and(Vector a, Vector b) { return _mm256_and_si256(a, b); }
  static Vector bitwise_or(Vector a, Vector b) { return _mm256_or_si256(a, b); }
  static Vector subtract(Vector a, Vector b) { return _mm256_sub_epi16(a, b); }
  static Vector add_saturated(Vector a, Vector b) { return _mm256_adds_epu16(a, b); }
  static Vector subtract_saturated(Vector a, Vector b) { return _mm256_subs_epu16(a, b); }
  static Vector minimum(Vector a, Vector b) { return _mm256_min_epu16(a, b); }
  static Vector equal(Vector a, Vector b) { return _mm256_cmpeq_epi16(a, b); }
  static Vector choose(Vector a, Vector b, Vector b_where) { return _mm256_blendv_epi8(a, b, b_where); }
  // One bit of each 16-bit lane.
  static std::uint32_t bits(const Vector* lanes) {
    const Vector bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(lanes[0], lanes[1]), 0xd8);
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
  }

  static Vector set1_32(std::int32_t value) { return _mm256_set1_epi32(value); }
  static Vector widen(const std::uint16_t* from) {
    return _mm256_cvtepu16_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(from)));
  }
  static Vector add_32(Vector a, Vector b) { return _mm256_add_epi32(a, b); }
  static Vector subtract_32(Vector a, Vector b) { return _mm256_sub_epi32(a, b); }
  static Vector maximum_32(Vector a, Vector b) { return _mm256_max_epi32(a, b); }
  static Vector with_sign(Vector a, Vector sign) { return _mm256_sign_epi32(a, sign); }

  // Sums of `rows` bytes, for 32 columns at a time.
  static void sum_columns(const std::uint8_t* top, std::int64_t row_bytes, std::int64_t rows,
                          std::int64_t columns, std::uint16_t* sums) {
    for (std::int64_t x = 0; x < columns; x += 32) {
      Vector low = zero(), high = zero();
      const auto* bytes = top + x;
      for (std::int64_t y = 0; y < rows; ++y, bytes += row_bytes) {
        low = _mm256_add_epi16(
            low, _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes))));
        high = _mm256_add_epi16(
            high, _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + 16))));
      }
      _mm256_store_si256(reinterpret_cast<Vector*>(sums + x), low);
      _mm256_store_si256(reinterpret_cast<Vector*>(sums + x + 16), high);
    }
  }

  // Four dot products of `count` values, a multiple of 16.
  static void dot_4(const std::uint16_t* const* starts, const std::int16_t* tap_bytes, std::int64_t count,
                    std::int32_t* sums) {
    Vector sum[4] = {zero(), zero(), zero(), zero()};
    for (std::int64_t i = 0; i < count; i += 16) {
      const Vector ones = load(tap_bytes + i);
#pragma GCC unroll 4
      for (int w = 0; w < 4; ++w) {
        const Vector values = _mm256_loadu_si256(reinterpret_cast<const Vector*>(starts[w] + i));
        sum[w] = _mm256_add_epi32(sum[w], _mm256_madd_epi16(values, ones));
      }
    }
    const Vector four =
        _mm256_hadd_epi32(_mm256_hadd_epi32(sum[0], sum[1]), _mm256_hadd_epi32(sum[2], sum[3]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums),
                     _mm_add_epi32(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1)));
  }

  // Two pixels at a time: r and g by one vpmaddubsw, b placed by vpshufb alone.
  static void make_tables(const std::uint8_t* pixels, std::int64_t columns, std::uint8_t* tables) {
    const Vector red_green = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,  //
                                              3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4);
    const Vector red_green_bits =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1));
    const Vector blue = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 2, -1, 2, -1, 2, -1, 2, -1,  //
                                         -1, -1, -1, -1, -1, -1, -1, -1, 5, -1, 5, -1, 5, -1, 5, -1);
    for (std::int64_t x = 0; x < columns; x += 2) {
      long long bytes;
      __builtin_memcpy(&bytes, pixels + x * 3, 8);
      const Vector two = _mm256_set1_epi64x(bytes);
      const Vector first = _mm256_maddubs_epi16(_mm256_shuffle_epi8(two, red_green), red_green_bits);
      const Vector second = _mm256_shuffle_epi8(two, blue);
      _mm256_store_si256(reinterpret_cast<Vector*>(tables + x * kTableBytes),
                         _mm256_add_epi16(first, second));
    }
  }

  // Kernel rows of `kTaps` tables side by side. Unrolled: with a loop over all taps, its counters and the two
  // offsets that each tap loads cost an eighth of the time.
  template <int kTaps>
  [[gnu::noinline]] static void add_rows(const RgbWindows& windows, std::int64_t taps,
                                         const std::uint8_t* indices, RarerSums<Avx2>& sums) {
    Vector sum[kPositions][kVectors];
#pragma GCC unroll 4
    for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v)
        sum[p][v] = zero();
    for (std::int64_t first = 0; first < taps; first += kTaps) {
      const std::uint8_t* tables[kPositions];
#pragma GCC unroll 4
      for (int p = 0; p < kPositions; ++p)
        tables[p] = windows.first[p] + windows.offsets[p / 2][first];
#pragma GCC unroll 16
      for (int tap = 0; tap < kTaps; ++tap)
        add_tap(tables, tap * kTableBytes, indices + tap * kVectors * 32, sum);
      indices += kTaps * kVectors * 32;
    }
#pragma GCC unroll 4
    for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v)
        sums.at[p][v] = sum[p][v];
  }

  static void add_taps(const RgbWindows& windows, const RgbConstants& constants, const std::uint8_t* indices,
                       RarerSums<Avx2>& sums) {
    switch (constants.row_taps) {
      case 3:
        return add_rows<3>(windows, constants.taps, indices, sums);
      case 5:
        return add_rows<5>(windows, constants.taps, indices, sums);
      case 7:
        return add_rows<7>(windows, constants.taps, indices, sums);
      case 11:
        return add_rows<11>(windows, constants.taps, indices, sums);
      default:
        return add_rows<1>(windows, constants.taps, indices, sums);
    }
  }

 private:
  static inline void add_tap(const std::uint8_t* const* tables, std::int64_t offset,
                             const std::uint8_t* indices, Vector (&sum)[kPositions][kVectors]) {
    Vector table[kPositions];
#pragma GCC unroll 4
    for (int p = 0; p < kPositions; ++p)
      table[p] = load_table(tables[p] + offset);
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const Vector index = load(indices + v * 32);
#pragma GCC unroll 4
      for (int p = 0; p < kPositions; ++p)
        add_lookup(table[p], index, sum[p][v]);
    }
  }
};

void run(const ConvolutionCall& call, std::int64_t task) {
  run_strip<Avx2>(call, task);
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
                                                                  rgb_tasks,
                                                                  run};

}  // namespace bitplace
