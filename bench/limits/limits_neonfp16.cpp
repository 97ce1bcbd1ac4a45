// The loop of the FP16FML kernels.

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

void run_halves(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "fmlal v0.4s, v30.4h, v31.4h\n\t fmlal v1.4s, v30.4h, v31.4h\n\t"
        "fmlal v2.4s, v30.4h, v31.4h\n\t fmlal v3.4s, v30.4h, v31.4h\n\t"
        "fmlal v4.4s, v30.4h, v31.4h\n\t fmlal v5.4s, v30.4h, v31.4h\n\t"
        "fmlal v6.4s, v30.4h, v31.4h\n\t fmlal v7.4s, v30.4h, v31.4h\n\t"
        "fmlal v8.4s, v30.4h, v31.4h\n\t fmlal v9.4s, v30.4h, v31.4h\n\t"
        "fmlal v10.4s, v30.4h, v31.4h\n\t fmlal v11.4s, v30.4h, v31.4h\n\t"
        "fmlal v12.4s, v30.4h, v31.4h\n\t fmlal v13.4s, v30.4h, v31.4h\n\t"
        "fmlal v14.4s, v30.4h, v31.4h\n\t fmlal v15.4s, v30.4h, v31.4h\n\t" ::
            : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
              "v15");
  }
}

constexpr IsaFeatures kFeatures = isa_feature::neonfp16;

}  // namespace

extern const LimitLoop limit_f16__neonfp16 = {
    "convolution_f16_f16", "", "fmlal", kFeatures, 16 * 4, run_halves};
extern const LimitLoop limit_depthwise_f16__neonfp16 = {"depthwise_f16_f16", "",     "fmlal",
                                                        kFeatures,           16 * 4, run_halves};

}  // namespace bitplace::bench
