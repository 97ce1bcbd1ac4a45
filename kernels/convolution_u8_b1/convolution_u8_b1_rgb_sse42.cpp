// RGB pixels x 1-bit weights by table lookup: pshufb finds what one pixel adds to 8 output channels.
//
//   S[o] += table(pixel)[3 weight bits of o]: 3 products per 16-bit lane by one lookup and one addition
//
// As convolution_u8_b1_rgb_avx2.cpp, with vectors of 8 channels and the 32 channels of a block in two halves.
//
// Registers: 8 accumulators, 4 tables, 1 index vector, 1 product: pshufb overwrites the table, so each use
// takes a copy of it. Preconditions: accepts_rgb; kTailPad readable bytes behind the input; 96 KiB of stack.
#include <immintrin.h>

#include "kernels/convolution_u8_b1/rgb_strips.h"

namespace bitplace {
namespace {

using namespace convolution_u8_b1;

inline __m128i load_vector(const void* from) {
  return _mm_load_si128(static_cast<const __m128i*>(from));
}

// sum += addend in 16-bit lanes. Written out because g++ 12 adds into the addend's register and copies every
// sum back afterwards.
inline void add_in_place(__m128i& sum, __m128i addend) {
  asm("paddw %1, %0" : "+x"(sum) : "x"(addend));
}

constexpr int kHalf = 2;  // vectors of half a block

// See rgb_strips.h.
struct Sse42 {
  using Vector = __m128i;
  static constexpr int kVectors = 2 * kHalf;

  static Vector zero() { return _mm_setzero_si128(); }
  static Vector set1(std::uint16_t value) { return _mm_set1_epi16(static_cast<short>(value)); }
  static Vector load(const void* from) { return load_vector(from); }
  static Vector bitwise_and(Vector a, Vector b) { return _mm_and_si128(a, b); }
  static Vector bitwise_or(Vector a, Vector b) { return _mm_or_si128(a, b); }
  static Vector subtract(Vector a, Vector b) { return _mm_sub_epi16(a, b); }
  static Vector add_saturated(Vector a, Vector b) { return _mm_adds_epu16(a, b); }
  static Vector subtract_saturated(Vector a, Vector b) { return _mm_subs_epu16(a, b); }
  static Vector minimum(Vector a, Vector b) { return _mm_min_epu16(a, b); }
  static Vector equal(Vector a, Vector b) { return _mm_cmpeq_epi16(a, b); }
  static Vector choose(Vector a, Vector b, Vector b_where) { return _mm_blendv_epi8(a, b, b_where); }
  // One bit of each 16-bit lane.
  static std::uint32_t bits(const Vector* lanes) {
    const auto low = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(lanes[0], lanes[1])));
    const auto high = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(lanes[2], lanes[3])));
    return low | high << 16;
  }

  static Vector set1_32(std::int32_t value) { return _mm_set1_epi32(value); }
  static Vector widen(const std::uint16_t* from) {
    return _mm_cvtepu16_epi32(_mm_loadl_epi64(reinterpret_cast<const Vector*>(from)));
  }
  static Vector add_32(Vector a, Vector b) { return _mm_add_epi32(a, b); }
  static Vector subtract_32(Vector a, Vector b) { return _mm_sub_epi32(a, b); }
  static Vector maximum_32(Vector a, Vector b) { return _mm_max_epi32(a, b); }
  static Vector with_sign(Vector a, Vector sign) { return _mm_sign_epi32(a, sign); }

  // Sums of `rows` bytes, for 16 columns at a time.
  static void sum_columns(const std::uint8_t* top, std::int64_t row_bytes, std::int64_t rows,
                          std::int64_t columns, std::uint16_t* sums) {
    for (std::int64_t x = 0; x < columns; x += 16) {
      Vector low = zero(), high = zero();
      for (std::int64_t y = 0; y < rows; ++y) {
        const Vector bytes = _mm_loadu_si128(reinterpret_cast<const Vector*>(top + y * row_bytes + x));
        low = _mm_add_epi16(low, _mm_unpacklo_epi8(bytes, zero()));
        high = _mm_add_epi16(high, _mm_unpackhi_epi8(bytes, zero()));
      }
      _mm_store_si128(reinterpret_cast<Vector*>(sums + x), low);
      _mm_store_si128(reinterpret_cast<Vector*>(sums + x + 8), high);
    }
  }

  // Four dot products of `count` values, a multiple of 8.
  static void dot_4(const std::uint16_t* const* starts, const std::int16_t* tap_bytes, std::int64_t count,
                    std::int32_t* sums) {
    Vector sum[4] = {zero(), zero(), zero(), zero()};
    for (std::int64_t i = 0; i < count; i += 8) {
      const Vector ones = load(tap_bytes + i);
#pragma GCC unroll 4
      for (int w = 0; w < 4; ++w) {
        const Vector values = _mm_loadu_si128(reinterpret_cast<const Vector*>(starts[w] + i));
        sum[w] = _mm_add_epi32(sum[w], _mm_madd_epi16(values, ones));
      }
    }
    _mm_storeu_si128(reinterpret_cast<Vector*>(sums),
                     _mm_hadd_epi32(_mm_hadd_epi32(sum[0], sum[1]), _mm_hadd_epi32(sum[2], sum[3])));
  }

  static Vector make_table(Vector pixel, Vector red_green, Vector blue) {
    const Vector red_green_bits = _mm_setr_epi8(0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1);
    return _mm_add_epi16(_mm_maddubs_epi16(_mm_shuffle_epi8(pixel, red_green), red_green_bits),
                         _mm_shuffle_epi8(pixel, blue));
  }

  // Two pixels at a time: r and g by one pmaddubsw, b placed by pshufb alone.
  static void make_tables(const std::uint8_t* pixels, std::int64_t columns, std::uint8_t* tables) {
    const Vector blue = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 2, -1, 2, -1, 2, -1, 2, -1);
    const Vector second_blue = _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, 5, -1, 5, -1, 5, -1, 5, -1);
    for (std::int64_t x = 0; x < columns; x += 2) {
      const Vector two = _mm_loadl_epi64(reinterpret_cast<const Vector*>(pixels + x * 3));
      auto* table = reinterpret_cast<Vector*>(tables + x * kTableBytes);
      _mm_store_si128(table, make_table(two, _mm_set1_epi16(0x0100), blue));
      _mm_store_si128(table + 1, make_table(two, _mm_set1_epi16(0x0403), second_blue));
    }
  }

  // Kernel rows of `kTaps` tables side by side, for half a block.
  template <int kTaps>
  [[gnu::noinline]] static void add_rows(const RgbWindows& windows, std::int64_t taps,
                                         const std::uint8_t* indices, int first_vector,
                                         RarerSums<Sse42>& sums) {
    Vector sum[kPositions][kHalf];
#pragma GCC unroll 4
    for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 2
      for (int v = 0; v < kHalf; ++v)
        sum[p][v] = zero();
    for (std::int64_t first = 0; first < taps; first += kTaps) {
      const std::uint8_t* tables[kPositions];
#pragma GCC unroll 4
      for (int p = 0; p < kPositions; ++p)
        tables[p] = windows.first[p] + windows.offsets[p / 2][first];
#pragma GCC unroll 16
      for (int tap = 0; tap < kTaps; ++tap)
        add_tap(tables, tap * kTableBytes, indices + tap * kVectors * 16, sum);
      indices += kTaps * kVectors * 16;
    }
#pragma GCC unroll 4
    for (int p = 0; p < kPositions; ++p)
#pragma GCC unroll 2
      for (int v = 0; v < kHalf; ++v)
        sums.at[p][first_vector + v] = sum[p][v];
  }

  template <int kTaps>
  static void add_halves(const RgbWindows& windows, std::int64_t taps, const std::uint8_t* indices,
                         RarerSums<Sse42>& sums) {
    add_rows<kTaps>(windows, taps, indices, 0, sums);
    add_rows<kTaps>(windows, taps, indices + kHalf * 16, kHalf, sums);
  }

  static void add_taps(const RgbWindows& windows, const RgbConstants& constants, const std::uint8_t* indices,
                       RarerSums<Sse42>& sums) {
    switch (constants.row_taps) {
      case 3:
        return add_halves<3>(windows, constants.taps, indices, sums);
      case 5:
        return add_halves<5>(windows, constants.taps, indices, sums);
      case 7:
        return add_halves<7>(windows, constants.taps, indices, sums);
      case 11:
        return add_halves<11>(windows, constants.taps, indices, sums);
      default:
        return add_halves<1>(windows, constants.taps, indices, sums);
    }
  }

 private:
  static inline void add_tap(const std::uint8_t* const* tables, std::int64_t offset,
                             const std::uint8_t* indices, Vector (&sum)[kPositions][kHalf]) {
    Vector table[kPositions];
#pragma GCC unroll 4
    for (int p = 0; p < kPositions; ++p)
      table[p] = load(tables[p] + offset);
#pragma GCC unroll 2
    for (int v = 0; v < kHalf; ++v) {
      const Vector index = load(indices + v * 16);
#pragma GCC unroll 4
      for (int p = 0; p < kPositions; ++p)
        add_in_place(sum[p][v], _mm_shuffle_epi8(table[p], index));
    }
  }
};

void run(const ConvolutionCall& call, std::int64_t task) {
  run_strip<Sse42>(call, task);
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
                                                                   rgb_tasks,
                                                                   run};

}  // namespace bitplace
