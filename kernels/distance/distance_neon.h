// What the Arm distances share: four references together, and the distances that dot product does not change.
// Included by NEON files only; internal linkage throughout.
//
// Four references share the query's loads, and their chains of additions hide the latency. What is left
// behind whole steps of 64 bytes is copied into a zeroed buffer, so nothing behind a reference's or the
// query's end is touched. Bound by memory where references do not fit a cache.
#pragma once

#include <arm_neon.h>

#include "kernels/common/ordered_sum.h"
#include "kernels/distance/distance.h"

namespace bitplace {
namespace {

constexpr std::int64_t kTogether = 4;
constexpr std::int64_t kStep = 64;

// One step of a descriptor.
struct Bytes {
  uint8x16_t at[4];
};

inline Bytes load_step(const std::uint8_t* from) {
  return {{vld1q_u8(from), vld1q_u8(from + 16), vld1q_u8(from + 32), vld1q_u8(from + 48)}};
}

// popcount(query xor reference): four CNT fit a byte (32), then pairs widen twice: 13 instructions for 512
// bits.
struct Hamming {
  using Sum = uint32x4_t;
  using Output = std::int32_t;
  static Sum start() { return vdupq_n_u32(0); }
  static Sum add(Sum sum, const Bytes& query, const Bytes& reference) {
    uint8x16_t counts = vcntq_u8(veorq_u8(query.at[0], reference.at[0]));
    for (int v = 1; v < 4; ++v)
      counts = vaddq_u8(counts, vcntq_u8(veorq_u8(query.at[v], reference.at[v])));
    return vpadalq_u16(sum, vpaddlq_u8(counts));
  }
  static Output finish(Sum sum) { return static_cast<Output>(vaddvq_u32(sum)); }
};

// The 16 partial sums are four vectors; FMUL and FADD, never fused.
struct DotF32 {
  struct Sum {
    float32x4_t at[4];
  };
  using Output = float;
  static Sum start() {
    return {{vdupq_n_f32(0.0f), vdupq_n_f32(0.0f), vdupq_n_f32(0.0f), vdupq_n_f32(0.0f)}};
  }
  static Sum add(Sum sum, const Bytes& query, const Bytes& reference) {
    for (int v = 0; v < 4; ++v) {
      const float32x4_t product =
          vmulq_f32(vreinterpretq_f32_u8(query.at[v]), vreinterpretq_f32_u8(reference.at[v]));
      sum.at[v] = vaddq_f32(sum.at[v], product);
    }
    return sum;
  }
  static Output finish(const Sum& sum) {
    float sums[kPartialSums];
    for (int v = 0; v < 4; ++v)
      vst1q_f32(sums + v * 4, sum.at[v]);
    return tree_sum(sums);
  }
};

// The last bytes of a descriptor, zeros behind them.
inline Bytes load_rest(const std::uint8_t* from, std::int64_t count) {
  std::uint8_t rest[kStep] = {};
  __builtin_memcpy(rest, from, static_cast<std::size_t>(count));
  return load_step(rest);
}

template <typename Distance, std::size_t kCount>
inline void compare(const DistanceCall& call, std::int64_t first, std::int64_t bytes) {
  const auto* query = static_cast<const std::uint8_t*>(call.query);
  const std::uint8_t* references = call.references + static_cast<std::size_t>(first) * call.stride;
  typename Distance::Sum sums[kCount];
  for (std::size_t r = 0; r < kCount; ++r)
    sums[r] = Distance::start();
  const std::int64_t whole = bytes / kStep * kStep;
  for (std::int64_t i = 0; i < whole; i += kStep) {
    const Bytes q = load_step(query + i);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < kCount; ++r)
      sums[r] = Distance::add(sums[r], q, load_step(references + r * call.stride + i));
  }
  if (whole < bytes) {
    const Bytes q = load_rest(query + whole, bytes - whole);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < kCount; ++r)
      sums[r] = Distance::add(sums[r], q, load_rest(references + r * call.stride + whole, bytes - whole));
  }
  auto* output = static_cast<typename Distance::Output*>(call.output) + first;
#pragma GCC unroll 4
  for (std::size_t r = 0; r < kCount; ++r)
    output[r] = Distance::finish(sums[r]);
}

template <typename Distance>
inline void compare_all(const DistanceCall& call, std::int64_t begin, std::int64_t end, std::int64_t bytes) {
  for (; begin + kTogether <= end; begin += kTogether)
    compare<Distance, kTogether>(call, begin, bytes);
  for (; begin < end; ++begin)
    compare<Distance, 1>(call, begin, bytes);
}

void hamming(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  compare_all<Hamming>(call, begin, end, (call.dimension + 7) / 8);
}

void dot_f32(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  compare_all<DotF32>(call, begin, end, call.dimension * 4);
}

}  // namespace
}  // namespace bitplace
