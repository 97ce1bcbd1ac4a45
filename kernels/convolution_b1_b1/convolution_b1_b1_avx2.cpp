// 1 x 1-bit convolution with AVX2: a table of popcounts, two output positions per byte.
//
//   Q[o] = 2 * popcount(x xor w) + corrections  (convolution_b1_b1_pack.h);  bit = Q >= limit, xor flip
//
// Layout: nibble_pairs; byte lane = output channel. For 4 input channels, vpshufb looks up 32 weight nibbles
// in the row of the table that the activation chose. A row serves two horizontally neighbouring positions at
// once: byte m of row (a, b) is popcount(a ^ m) + 16 * popcount(b ^ m). Three lookups are summed in place (3
// * 4 < 16), then split:
//   low  += sum & 0x0f     bytes, exact for 63 lookups
//   high += sum >> 4       as 16-bit lanes and unmasked: with h, l the odd (higher) bytes' two halves this
//                          adds 256 * h + 16 * l + the even byte's upper half. The 16 * l is known from
//                          `low` and leaves at the widening; overflow wraps and does not matter.
// 9 instructions for 3 * 4 channels of 2 positions and 32 outputs; a lookup and an addition for every
// position would be 12.
//
// A tile is 2 pairs of positions x 64 outputs: with pooling at least 2 wide pairs lie inside one pooling
// window (2 x 2 is one tile), otherwise they are pairs of neighbouring outputs, not always of one row, that
// step through their windows together. A piece of at most 63 lookups, 4 KiB of weights, meets up to 16 tiles
// before the next piece: with whole tiles one after the other the weights of 64 outputs (38 KiB) would leave
// the L1 cache each time. A piece ends in 16-bit sums; every 260 pieces those widen to 32 bits.
//
// Registers: 4 low, 4 high, 3 table rows, 1 mask, 3 temporaries; weights are memory operands.
// Preconditions: depth <= 2^28 (2 * depth must fit in 32 bits); groups of at least 8 outputs.
//
// Measured, AMD EPYC (Zen 4) at 3.69 GHz, one thread, with prepare, pooling and threshold:
//   27 x 27 x 96, 5 x 5, padded by 2, pooled 2 x 2, 256 outputs         0.439 ms, 256 products per cycle
//   13 x 13 x 256, 3 x 3, padded by 1, pooled 2 x 2, 256 outputs, raw   0.095 ms, 243
// of 282 that the 9 instructions reach in registers. What is left: 16-bit sums in memory at the end of each
// piece, and the ends of tiles (docs/performance/binary-avx2.md). On Emerald Rapids, whose three ports allow
// 256 per cycle, an earlier version reached 193 and 183; a lookup and an addition each, at their
// measured 1.42 pairs per cycle, would be 182 there and 211 on Zen 4 without any overhead.
#include <immintrin.h>

#include "kernels/common/affine_avx2.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1_nibble_tiles.h"
#include "kernels/convolution_b1_b1/convolution_b1_b1_nibbles.h"

namespace bitplace {
namespace {

using namespace convolution_b1_b1;

// Additions in place. As intrinsics, g++ 12 adds into another register and moves the sum back: 9 moves in a
// loop of 55 instructions.
inline void add_bytes(__m256i& sum, __m256i value) {
  __asm__("vpaddb %1, %0, %0" : "+x"(sum) : "x"(value));
}
inline void add_words(__m256i& sum, __m256i value) {
  __asm__("vpaddw %1, %0, %0" : "+x"(sum) : "x"(value));
}

// Adds sums of half bytes to the sums of their lower and upper halves.
inline void add_split(__m256i sum, __m256i& low, __m256i& high) {
  add_bytes(low, _mm256_and_si256(sum, _mm256_set1_epi8(0x0f)));
  add_words(high, _mm256_srli_epi16(sum, 4));
}

inline __m256i wide_row(const std::uint8_t* activation) {
  return _mm256_broadcastsi128_si256(table_row(activation));
}

// See convolution_b1_b1_nibble_tiles.h.
struct Avx2 {
  using Vector = __m256i;
  static constexpr int kLanes = 8;

  static Vector zero() { return _mm256_setzero_si256(); }
  static Vector all_lanes(std::int32_t value) { return _mm256_set1_epi32(value); }
  static Vector load(const void* from) { return _mm256_loadu_si256(static_cast<const Vector*>(from)); }
  static void store(void* to, Vector value) { _mm256_storeu_si256(static_cast<Vector*>(to), value); }
  static Vector bitwise_and(Vector a, Vector b) { return _mm256_and_si256(a, b); }
  static Vector add_16(Vector a, Vector b) { return _mm256_add_epi16(a, b); }
  static Vector sub_16(Vector a, Vector b) { return _mm256_sub_epi16(a, b); }
  static Vector add_32(Vector a, Vector b) { return _mm256_add_epi32(a, b); }
  static Vector sub_32(Vector a, Vector b) { return _mm256_sub_epi32(a, b); }
  static Vector min_32(Vector a, Vector b) { return _mm256_min_epi32(a, b); }
  static Vector min_unsigned_16(Vector a, Vector b) { return _mm256_min_epu16(a, b); }
  template <int kBits>
  static Vector shift_left_16(Vector a) {
    return _mm256_slli_epi16(a, kBits);
  }
  template <int kBits>
  static Vector shift_right_16(Vector a) {
    return _mm256_srli_epi16(a, kBits);
  }
  template <int kBits>
  static Vector shift_right_32(Vector a) {
    return _mm256_srli_epi32(a, kBits);
  }
  static std::uint32_t greater_bits(Vector a, Vector b) {
    return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(a, b))));
  }
  static Vector affine(Vector sums, const float* scale, const float* bias, float low, float high) {
    return _mm256_castps_si256(clamped(scaled(sums, scale, bias), low, high));
  }
  // The first `count` lanes, at most all.
  static void store_first(std::int32_t* to, std::int32_t count, Vector value) {
    const Vector lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    _mm256_maskstore_epi32(to, _mm256_cmpgt_epi32(_mm256_set1_epi32(count), lanes), value);
  }

  __attribute__((noinline)) static void add_tile(const std::uint8_t* first, const std::uint8_t* second,
                                                 const std::uint8_t* weights, std::int64_t lookups,
                                                 bool start, Words<Avx2>& words) {
    __m256i low[kPairs][2], high[kPairs][2];
#pragma GCC unroll 4
    for (int i = 0; i < 2 * kPairs; ++i)
      low[i / 2][i % 2] = high[i / 2][i % 2] = zero();
    for (; lookups >= kGroup; lookups -= kGroup) {
      const std::uint8_t* const pairs[kPairs] = {first, second};
#pragma GCC unroll 2
      for (int i = 0; i < kPairs; ++i) {
        const __m256i row0 = wide_row(pairs[i]);
        const __m256i row1 = wide_row(pairs[i] + 2);
        const __m256i row2 = wide_row(pairs[i] + 4);
#pragma GCC unroll 2
        for (int v = 0; v < 2; ++v) {
          __m256i sum = _mm256_shuffle_epi8(row0, load(weights + 32 * v));
          sum = _mm256_add_epi8(sum, _mm256_shuffle_epi8(row1, load(weights + 32 * v + 64)));
          sum = _mm256_add_epi8(sum, _mm256_shuffle_epi8(row2, load(weights + 32 * v + 128)));
          add_split(sum, low[i][v], high[i][v]);
        }
      }
      first += 2 * kGroup;
      second += 2 * kGroup;
      weights += 64 * kGroup;
    }
    for (; lookups > 0; --lookups, first += 2, second += 2, weights += 64) {
      const __m256i rows[kPairs] = {wide_row(first), wide_row(second)};
#pragma GCC unroll 4
      for (int i = 0; i < 2 * kPairs; ++i) {
        add_split(_mm256_shuffle_epi8(rows[i / 2], load(weights + 32 * (i % 2))), low[i / 2][i % 2],
                  high[i / 2][i % 2]);
      }
    }
#pragma GCC unroll 4
    for (int i = 0; i < 2 * kPairs; ++i)
      add_lookups(low[i / 2][i % 2], high[i / 2][i % 2], i / 2, i % 2, start, words);
  }
};

}  // namespace

extern const ConvolutionKernel convolution_b1_b1__avx2_4x64 = {"convolution_b1_b1__avx2_4x64",
                                                               isa_feature::avx2,
                                                               nibble_pairs::accepts,
                                                               nibble_pairs::packed_bytes,
                                                               nibble_pairs::pack,
                                                               nibble_pairs::scratch_bytes,
                                                               nibble_pairs::prepare_tasks,
                                                               prepare_nibble_pairs,
                                                               nibble_pairs::run_tasks,
                                                               run<Avx2>};

}  // namespace bitplace
