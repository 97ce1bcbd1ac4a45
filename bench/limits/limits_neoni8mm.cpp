// The loop of the int8 matrix multiply kernels.

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

void run_octets(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "smmla v0.4s, v30.16b, v31.16b\n\t smmla v1.4s, v30.16b, v31.16b\n\t"
        "smmla v2.4s, v30.16b, v31.16b\n\t smmla v3.4s, v30.16b, v31.16b\n\t"
        "smmla v4.4s, v30.16b, v31.16b\n\t smmla v5.4s, v30.16b, v31.16b\n\t"
        "smmla v6.4s, v30.16b, v31.16b\n\t smmla v7.4s, v30.16b, v31.16b\n\t"
        "smmla v8.4s, v30.16b, v31.16b\n\t smmla v9.4s, v30.16b, v31.16b\n\t"
        "smmla v10.4s, v30.16b, v31.16b\n\t smmla v11.4s, v30.16b, v31.16b\n\t"
        "smmla v12.4s, v30.16b, v31.16b\n\t smmla v13.4s, v30.16b, v31.16b\n\t"
        "smmla v14.4s, v30.16b, v31.16b\n\t smmla v15.4s, v30.16b, v31.16b\n\t" ::
            : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
              "v15");
  }
}

constexpr IsaFeatures kFeatures = isa_feature::neoni8mm;

}  // namespace

extern const LimitLoop limit_octets_s8_s8__neoni8mm = {"convolution_s8_s8", "",      "smmla",
                                                       kFeatures,           16 * 32, run_octets};
extern const LimitLoop limit_octets_s8_s4__neoni8mm = {"convolution_s8_s4", "",      "smmla",
                                                       kFeatures,           16 * 32, run_octets};

}  // namespace bitplace::bench
