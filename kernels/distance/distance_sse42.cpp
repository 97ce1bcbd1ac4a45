// One query against many references, 16 bytes per step.
//
//   hamming  two 64-bit popcnt: one per cycle is 8 bytes, where a pshufb lookup of nibbles takes 10
//            instructions for 16
//   dot_s8   both sides widened to 16 bits, pmaddwd: exact for every s8 value, -128 included
//   dot_f32  the 16 partial sums are four vectors, a step of 64 bytes; mulps and addps, never fused; dot_f16
//            behind a conversion by integer instructions
//
// Two references go together (distance_lanes.h); four would not leave registers for dot_f32.
//
// Measured, Intel Xeon (Emerald Rapids), one thread: 100 references of 9216 elements or bits in L2: hamming
// 21 (popcnt can do 24), dot_s8 20, dot_f32 28 GB/s.
#include <immintrin.h>

#include "kernels/common/lanes_sse42.h"
#include "kernels/distance/distance_lanes.h"

namespace bitplace {
namespace {

constexpr std::size_t kTogether = 2;

inline __m128i load_widened(const std::uint8_t* from) {
  return _mm_cvtepi8_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
}

struct TwoWords {
  std::uint64_t low, high;
};

// How one step of kStep bytes reads the query and accumulates, and how a finished accumulator is written.
struct Hamming {
  static constexpr std::int64_t kStep = 16;
  using Query = TwoWords;
  using Sum = std::int64_t;
  using Output = std::int32_t;
  static Query query(const std::uint8_t* from) {
    Query words;
    __builtin_memcpy(&words, from, sizeof words);
    return words;
  }
  static Sum start() { return 0; }
  static Sum add(Sum sum, Query q, const std::uint8_t* reference) {
    const Query r = query(reference);
    return sum + _mm_popcnt_u64(q.low ^ r.low) + _mm_popcnt_u64(q.high ^ r.high);
  }
  static Output finish(Sum sum) { return static_cast<Output>(sum); }
};

struct DotS8 {
  static constexpr std::int64_t kStep = 16;
  struct Query {
    __m128i low, high;
  };
  using Sum = __m128i;
  using Output = std::int32_t;
  static Query query(const std::uint8_t* from) { return {load_widened(from), load_widened(from + 8)}; }
  static Sum start() { return _mm_setzero_si128(); }
  static Sum add(Sum sum, Query q, const std::uint8_t* reference) {
    const Query r = query(reference);
    return _mm_add_epi32(sum, _mm_add_epi32(_mm_madd_epi16(q.low, r.low), _mm_madd_epi16(q.high, r.high)));
  }
  static Output finish(Sum sum) {
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1)));
  }
};

void hamming(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  compare_all<kTogether>(Hamming{}, call, begin, end, (call.dimension + 7) / 8);
}

void dot_s8(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  compare_all<kTogether>(DotS8{}, call, begin, end, call.dimension);
}

}  // namespace

extern const DistanceKernel distance__sse42 = {"distance__sse42",
                                               isa_feature::sse42,
                                               hamming,
                                               dot_s8,
                                               run_dot_of_floats<Sse42, std::uint16_t, kTogether>,
                                               run_dot_of_floats<Sse42, float, kTogether>};

}  // namespace bitplace
