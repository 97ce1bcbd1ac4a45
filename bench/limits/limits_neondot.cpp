// Loops of the dot product kernels.

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

// u8 quadruples into u32.
void run_quadruples(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "udot v0.4s, v30.16b, v31.4b[0]\n\t udot v1.4s, v30.16b, v31.4b[0]\n\t"
        "udot v2.4s, v30.16b, v31.4b[0]\n\t udot v3.4s, v30.16b, v31.4b[0]\n\t"
        "udot v4.4s, v30.16b, v31.4b[0]\n\t udot v5.4s, v30.16b, v31.4b[0]\n\t"
        "udot v6.4s, v30.16b, v31.4b[0]\n\t udot v7.4s, v30.16b, v31.4b[0]\n\t"
        "udot v8.4s, v30.16b, v31.4b[0]\n\t udot v9.4s, v30.16b, v31.4b[0]\n\t"
        "udot v10.4s, v30.16b, v31.4b[0]\n\t udot v11.4s, v30.16b, v31.4b[0]\n\t"
        "udot v12.4s, v30.16b, v31.4b[0]\n\t udot v13.4s, v30.16b, v31.4b[0]\n\t"
        "udot v14.4s, v30.16b, v31.4b[0]\n\t udot v15.4s, v30.16b, v31.4b[0]\n\t" ::
            : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
              "v15");
  }
}

// s8 quadruples into s32.
void run_signed_quadruples(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "sdot v0.4s, v30.16b, v31.4b[0]\n\t sdot v1.4s, v30.16b, v31.4b[0]\n\t"
        "sdot v2.4s, v30.16b, v31.4b[0]\n\t sdot v3.4s, v30.16b, v31.4b[0]\n\t"
        "sdot v4.4s, v30.16b, v31.4b[0]\n\t sdot v5.4s, v30.16b, v31.4b[0]\n\t"
        "sdot v6.4s, v30.16b, v31.4b[0]\n\t sdot v7.4s, v30.16b, v31.4b[0]\n\t"
        "sdot v8.4s, v30.16b, v31.4b[0]\n\t sdot v9.4s, v30.16b, v31.4b[0]\n\t"
        "sdot v10.4s, v30.16b, v31.4b[0]\n\t sdot v11.4s, v30.16b, v31.4b[0]\n\t"
        "sdot v12.4s, v30.16b, v31.4b[0]\n\t sdot v13.4s, v30.16b, v31.4b[0]\n\t"
        "sdot v14.4s, v30.16b, v31.4b[0]\n\t sdot v15.4s, v30.16b, v31.4b[0]\n\t" ::
            : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
              "v15");
  }
}

constexpr IsaFeatures kFeatures = isa_feature::neondot;

}  // namespace

extern const LimitLoop limit_quadruples__neondot = {"convolution_u8_b1", "",      "udot",
                                                    kFeatures,           16 * 16, run_quadruples};
extern const LimitLoop limit_quadruples_s8_s8__neondot = {
    "convolution_s8_s8", "", "sdot", kFeatures, 16 * 16, run_signed_quadruples};
extern const LimitLoop limit_quadruples_s8_s4__neondot = {
    "convolution_s8_s4", "", "sdot", kFeatures, 16 * 16, run_signed_quadruples};

}  // namespace bitplace::bench
