// 1 x 1-bit convolution with SSE4.2: a table of popcounts, two output positions per byte.
//
//   Q[o] = 2 * popcount(x xor w) + corrections  (convolution_b1_b1_pack.h);  bit = Q >= limit, xor flip
//
// Layout and arithmetic are those of convolution_b1_b1_avx2.cpp, with vectors of 16 outputs: pshufb looks up
// 16 weight nibbles in the row of the table that the activation chose, three lookups are summed in half bytes
// and then split. pshufb overwrites the row, so each use takes a copy of it.
//
// A tile is 2 pairs of positions x 64 outputs, one pair after the other: the three rows of a pair serve 4
// vectors of weights. Pieces and batches as with AVX2.
//
// Registers: 4 low, 4 high, 3 table rows, 1 mask, 4 temporaries; weights are memory operands, aligned to 16.
// Preconditions: depth <= 2^28 (2 * depth must fit in 32 bits); groups of at least 8 outputs.
//
// Measured, AMD EPYC (Zen 4) at 3.69 GHz, one thread, with prepare, pooling and threshold:
//   27 x 27 x 96, 5 x 5, padded by 2, pooled 2 x 2, 256 outputs         0.866 ms, 130 products per cycle
//   13 x 13 x 256, 3 x 3, padded by 1, pooled 2 x 2, 256 outputs, raw   0.182 ms, 127
// of 139 in registers. On Emerald Rapids, whose three ports allow 128 per cycle, an earlier version reached
// 117 and 109. One popcnt of 64 bits per cycle, its xor and addition aside, would be 64.
#include <immintrin.h>

#include "kernels/convolution_b1_b1/convolution_b1_b1_nibble_tiles.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1_nibbles.h"

namespace bitplace {
namespace {

using namespace convolution_b1_b1;

// Additions in place. As intrinsics, g++ 12 adds into another register and moves the sum back.
inline void add_bytes(__m128i& sum, __m128i value) {
  __asm__("paddb %1, %0" : "+x"(sum) : "x"(value));
}
inline void add_words(__m128i& sum, __m128i value) {
  __asm__("paddw %1, %0" : "+x"(sum) : "x"(value));
}

// See convolution_b1_b1_nibble_tiles.h.
struct Sse42 {
  using Vector = __m128i;
  static constexpr int kLanes = 4;

  static Vector zero() { return _mm_setzero_si128(); }
  static Vector all_lanes(std::int32_t value) { return _mm_set1_epi32(value); }
  static Vector load(const void* from) { return _mm_load_si128(static_cast<const Vector*>(from)); }
  static void store(void* to, Vector value) { _mm_storeu_si128(static_cast<Vector*>(to), value); }
  static Vector bitwise_and(Vector a, Vector b) { return _mm_and_si128(a, b); }
  static Vector add_16(Vector a, Vector b) { return _mm_add_epi16(a, b); }
  static Vector sub_16(Vector a, Vector b) { return _mm_sub_epi16(a, b); }
  static Vector add_32(Vector a, Vector b) { return _mm_add_epi32(a, b); }
  static Vector sub_32(Vector a, Vector b) { return _mm_sub_epi32(a, b); }
  static Vector min_32(Vector a, Vector b) { return _mm_min_epi32(a, b); }
  static Vector min_unsigned_16(Vector a, Vector b) { return _mm_min_epu16(a, b); }
  template <int kBits>
  static Vector shift_left_16(Vector a) {
    return _mm_slli_epi16(a, kBits);
  }
  template <int kBits>
  static Vector shift_right_16(Vector a) {
    return _mm_srli_epi16(a, kBits);
  }
  template <int kBits>
  static Vector shift_right_32(Vector a) {
    return _mm_srli_epi32(a, kBits);
  }
  static std::uint32_t greater_bits(Vector a, Vector b) {
    return static_cast<std::uint32_t>(_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(a, b))));
  }
  static Vector affine(Vector sums, const float* scale, const float* bias, float low, float high) {
    const __m128 product = _mm_mul_ps(_mm_cvtepi32_ps(sums), _mm_load_ps(scale));
    const __m128 value = _mm_add_ps(product, _mm_load_ps(bias));
    // Of equal zeros the value stays.
    return _mm_castps_si128(_mm_min_ps(_mm_set1_ps(high), _mm_max_ps(_mm_set1_ps(low), value)));
  }
  // The first `count` lanes, at most all.
  static void store_first(std::int32_t* to, std::int32_t count, Vector value) {
    std::int32_t lanes[kLanes];
    _mm_storeu_si128(reinterpret_cast<Vector*>(lanes), value);
    const std::int32_t stored = count < kLanes ? count : kLanes;
    __builtin_memcpy(to, lanes, 4 * static_cast<std::size_t>(stored));
  }

  // Adds sums of half bytes to the sums of their lower and upper halves.
  static void add_split(Vector sum, Vector& low, Vector& high) {
    add_bytes(low, _mm_and_si128(sum, _mm_set1_epi8(0x0f)));
    add_words(high, _mm_srli_epi16(sum, 4));
  }

  __attribute__((noinline)) static void add_pair(const std::uint8_t* activation, const std::uint8_t* weights,
                                                 std::int64_t lookups, int pair, bool start,
                                                 Words<Sse42>& words) {
    Vector low[4], high[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v)
      low[v] = high[v] = zero();
    for (; lookups >= kGroup; lookups -= kGroup) {
      const Vector row0 = table_row(activation);
      const Vector row1 = table_row(activation + 2);
      const Vector row2 = table_row(activation + 4);
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v) {
        Vector sum = _mm_shuffle_epi8(row0, load(weights + 16 * v));
        sum = _mm_add_epi8(sum, _mm_shuffle_epi8(row1, load(weights + 16 * v + 64)));
        sum = _mm_add_epi8(sum, _mm_shuffle_epi8(row2, load(weights + 16 * v + 128)));
        add_split(sum, low[v], high[v]);
      }
      activation += 2 * kGroup;
      weights += 64 * kGroup;
    }
    for (; lookups > 0; --lookups, activation += 2, weights += 64) {
      const Vector row = table_row(activation);
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v)
        add_split(_mm_shuffle_epi8(row, load(weights + 16 * v)), low[v], high[v]);
    }
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v)
      add_lookups(low[v], high[v], pair, v, start, words);
  }

  static void add_tile(const std::uint8_t* first, const std::uint8_t* second, const std::uint8_t* weights,
                       std::int64_t lookups, bool start, Words<Sse42>& words) {
    add_pair(first, weights, lookups, 0, start, words);
    add_pair(second, weights, lookups, 1, start, words);
  }
};

}  // namespace

extern const ConvolutionKernel convolution_b1_b1__sse42_4x64 = {"convolution_b1_b1__sse42_4x64",
                                                                isa_feature::sse42,
                                                                nibble_pairs::accepts,
                                                                nibble_pairs::packed_bytes,
                                                                nibble_pairs::pack,
                                                                nibble_pairs::scratch_bytes,
                                                                nibble_pairs::prepare_tasks,
                                                                prepare_nibble_pairs,
                                                                nibble_pairs::run_tasks,
                                                                run<Sse42>};

}  // namespace bitplace
