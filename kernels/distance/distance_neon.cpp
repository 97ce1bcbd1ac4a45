// One query against many references for Armv8-A; control flow and the other distances:
// distance_lanes.h and distance_neon.h.
//
//   dot_s8   SMULL of 8 products, each exact in 16 bits (-128 x -128 included), SADALP into 32: 4
//   instructions
//            for 16 products. Two products together could overflow 16 bits, so SMLAL is not used.
#include "kernels/distance/distance_neon.h"

namespace bitplace {
namespace {

struct DotS8 {
  static constexpr std::int64_t kStep = 64;
  using Query = Bytes;
  using Sum = int32x4_t;
  using Output = std::int32_t;
  static Query query(const std::uint8_t* from) { return load_step(from); }
  static Sum start() { return vdupq_n_s32(0); }
  static Sum add(Sum sum, const Query& q, const std::uint8_t* from) {
    const Query reference = load_step(from);
    for (int v = 0; v < 4; ++v) {
      const int8x16_t a = vreinterpretq_s8_u8(q.at[v]);
      const int8x16_t b = vreinterpretq_s8_u8(reference.at[v]);
      sum = vpadalq_s16(sum, vmull_s8(vget_low_s8(a), vget_low_s8(b)));
      sum = vpadalq_s16(sum, vmull_high_s8(a, b));
    }
    return sum;
  }
  static Output finish(Sum sum) { return vaddvq_s32(sum); }
};

void dot_s8(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  compare_all<kTogether>(DotS8{}, call, begin, end, call.dimension);
}

}  // namespace

extern const DistanceKernel distance__neon = {"distance__neon",
                                              isa_feature::neon,
                                              hamming,
                                              dot_s8,
                                              run_dot_of_floats<Neon, std::uint16_t, kTogether>,
                                              run_dot_of_floats<Neon, float, kTogether>};

}  // namespace bitplace
