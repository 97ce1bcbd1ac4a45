// What the Arm distances share: those that dot product does not change. Included by NEON files only; internal
// linkage throughout.
#pragma once

#include <arm_neon.h>

#include "kernels/common/lanes_neon.h"
#include "kernels/distance/distance_lanes.h"

namespace bitplace {
namespace {

constexpr std::size_t kTogether = 4;

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
  static constexpr std::int64_t kStep = 64;
  using Query = Bytes;
  using Sum = uint32x4_t;
  using Output = std::int32_t;
  static Query query(const std::uint8_t* from) { return load_step(from); }
  static Sum start() { return vdupq_n_u32(0); }
  static Sum add(Sum sum, const Query& q, const std::uint8_t* from) {
    const Query reference = load_step(from);
    uint8x16_t counts = vcntq_u8(veorq_u8(q.at[0], reference.at[0]));
    for (int v = 1; v < 4; ++v)
      counts = vaddq_u8(counts, vcntq_u8(veorq_u8(q.at[v], reference.at[v])));
    return vpadalq_u16(sum, vpaddlq_u8(counts));
  }
  static Output finish(Sum sum) { return static_cast<Output>(vaddvq_u32(sum)); }
};

void hamming(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  compare_all<kTogether>(Hamming{}, call, begin, end, (call.dimension + 7) / 8);
}

}  // namespace
}  // namespace bitplace
