// One query against many references, 64 bytes per step.
//
//   hamming  vpxorq, vpopcntq, vpaddq
//   dot_s8   vpdpbusd(r xor 0x80, q) = sum (r + 128) * q in 32-bit lanes, less 128 * sum(q), which is taken
//            once per query. Arithmetic modulo 2^32, so exact for every s8 value, -128 included.
//   dot_f32  the 16 partial sums are one vector; vmulps and vaddps, never fused; dot_f16 behind vcvtph2ps
//
// Four references go together (distance_lanes.h).
//
// Measured, Intel Xeon (Emerald Rapids), one thread: references of 1152 bytes in L1: hamming 96, dot_s8 96,
// dot_f32 81 GB/s.
#include <immintrin.h>

#include "kernels/common/lanes_avx512.h"
#include "kernels/distance/distance_lanes.h"

namespace bitplace {
namespace {

constexpr std::size_t kTogether = 4;

struct Hamming {
  static constexpr std::int64_t kStep = 64;
  using Query = __m512i;
  using Sum = __m512i;
  using Output = std::int32_t;
  static Query query(const std::uint8_t* from) { return _mm512_loadu_si512(from); }
  static Sum start() { return _mm512_setzero_si512(); }
  static Sum add(Sum sum, Query q, const std::uint8_t* reference) {
    return _mm512_add_epi64(sum, _mm512_popcnt_epi64(_mm512_xor_si512(q, query(reference))));
  }
  static Output finish(Sum sum) { return static_cast<Output>(_mm512_reduce_add_epi64(sum)); }
};

// The sum of all lanes modulo 2^32. The intrinsic for it adds signed numbers, which may not wrap.
inline std::uint32_t wrapped_sum(__m512i lanes) {
  const __m256i halves = _mm256_add_epi32(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64(lanes, 1));
  const __m128i quarters = _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
  const __m128i pairs = _mm_add_epi32(quarters, _mm_shuffle_epi32(quarters, 0x4e));
  return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_add_epi32(pairs, _mm_shuffle_epi32(pairs, 0xb1))));
}

struct DotS8 {
  static constexpr std::int64_t kStep = 64;
  using Query = __m512i;
  using Sum = __m512i;
  using Output = std::int32_t;
  std::uint32_t excess;  // 128 * sum(q) modulo 2^32

  static Query query(const std::uint8_t* from) { return _mm512_loadu_si512(from); }
  static Sum start() { return _mm512_setzero_si512(); }
  static Sum add(Sum sum, Query q, const std::uint8_t* reference) {
    return _mm512_dpbusd_epi32(sum, _mm512_xor_si512(query(reference), _mm512_set1_epi8(-128)), q);
  }
  Output finish(Sum sum) const { return static_cast<Output>(wrapped_sum(sum) - excess); }
};

void hamming(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  compare_all<kTogether>(Hamming{}, call, begin, end, (call.dimension + 7) / 8);
}

void dot_s8(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  const auto* query = static_cast<const std::uint8_t*>(call.query);
  const __m512i ones = _mm512_set1_epi8(1);
  __m512i sums = _mm512_setzero_si512();
  std::int64_t i = 0;
  for (; i + DotS8::kStep <= call.dimension; i += DotS8::kStep)
    sums = _mm512_dpbusd_epi32(sums, ones, DotS8::query(query + i));
  const Rest rest = copy_rest(query + i, call.dimension - i);
  sums = _mm512_dpbusd_epi32(sums, ones, DotS8::query(rest.bytes));
  const std::uint32_t excess = wrapped_sum(sums) << 7;
  compare_all<kTogether>(DotS8{excess}, call, begin, end, call.dimension);
}

}  // namespace

extern const DistanceKernel distance__avx512vpopcntdq = {
    "distance__avx512vpopcntdq",
    isa_feature::avx512 | isa_feature::avx512vnni | isa_feature::avx512vpopcntdq,
    hamming,
    dot_s8,
    run_dot_of_floats<Avx512, std::uint16_t, kTogether>,
    run_dot_of_floats<Avx512, float, kTogether>};

}  // namespace bitplace
