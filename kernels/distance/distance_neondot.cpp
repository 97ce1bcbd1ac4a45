// One query against many references for Armv8.2-A with dot product; control flow and the other
// distances: distance_lanes.h and distance_neon.h.
//
//   dot_s8   SDOT: one instruction for 16 products, where Armv8-A takes four.
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
    for (int v = 0; v < 4; ++v)
      sum = vdotq_s32(sum, vreinterpretq_s8_u8(q.at[v]), vreinterpretq_s8_u8(reference.at[v]));
    return sum;
  }
  static Output finish(Sum sum) { return vaddvq_s32(sum); }
};

void dot_s8(const DistanceCall& call, std::int64_t begin, std::int64_t end) {
  compare_all<kTogether>(DotS8{}, call, begin, end, call.dimension);
}

}  // namespace

extern const DistanceKernel distance__neondot = {"distance__neondot",
                                                 isa_feature::neon | isa_feature::neondot,
                                                 hamming,
                                                 dot_s8,
                                                 run_dot_of_floats<Neon, std::uint16_t, kTogether>,
                                                 run_dot_of_floats<Neon, float, kTogether>};

}  // namespace bitplace
