// Loops of the NEON kernels.

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

// 1 x 1 bit: each triple serves 128 products.
void run_count(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "eor v16.16b, v30.16b, v31.16b\n\t cnt v16.16b, v16.16b\n\t add v0.16b, v0.16b, v16.16b\n\t"
        "eor v17.16b, v30.16b, v31.16b\n\t cnt v17.16b, v17.16b\n\t add v1.16b, v1.16b, v17.16b\n\t"
        "eor v18.16b, v30.16b, v31.16b\n\t cnt v18.16b, v18.16b\n\t add v2.16b, v2.16b, v18.16b\n\t"
        "eor v19.16b, v30.16b, v31.16b\n\t cnt v19.16b, v19.16b\n\t add v3.16b, v3.16b, v19.16b\n\t"
        "eor v20.16b, v30.16b, v31.16b\n\t cnt v20.16b, v20.16b\n\t add v4.16b, v4.16b, v20.16b\n\t"
        "eor v21.16b, v30.16b, v31.16b\n\t cnt v21.16b, v21.16b\n\t add v5.16b, v5.16b, v21.16b\n\t"
        "eor v22.16b, v30.16b, v31.16b\n\t cnt v22.16b, v22.16b\n\t add v6.16b, v6.16b, v22.16b\n\t"
        "eor v23.16b, v30.16b, v31.16b\n\t cnt v23.16b, v23.16b\n\t add v7.16b, v7.16b, v23.16b\n\t" ::
            : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18", "v19", "v20", "v21", "v22",
              "v23");
  }
}

// u8 x 1 bit by tables of subset sums: two lookups and two adds serve 16 outputs x 4 pixels.
void run_lookup(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "tbl v16.16b, {v30.16b}, v31.16b\n\t add v0.16b, v0.16b, v16.16b\n\t"
        "tbl v17.16b, {v29.16b}, v31.16b\n\t add v1.16b, v1.16b, v17.16b\n\t"
        "tbl v18.16b, {v30.16b}, v31.16b\n\t add v2.16b, v2.16b, v18.16b\n\t"
        "tbl v19.16b, {v29.16b}, v31.16b\n\t add v3.16b, v3.16b, v19.16b\n\t"
        "tbl v20.16b, {v30.16b}, v31.16b\n\t add v4.16b, v4.16b, v20.16b\n\t"
        "tbl v21.16b, {v29.16b}, v31.16b\n\t add v5.16b, v5.16b, v21.16b\n\t"
        "tbl v22.16b, {v30.16b}, v31.16b\n\t add v6.16b, v6.16b, v22.16b\n\t"
        "tbl v23.16b, {v29.16b}, v31.16b\n\t add v7.16b, v7.16b, v23.16b\n\t" ::
            : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18", "v19", "v20", "v21", "v22",
              "v23");
  }
}

void run_read(const void* data, std::int64_t bytes, std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    const auto* p = static_cast<const char*>(data);
    for (std::int64_t b = 0; b < bytes; b += 128, p += 128) {
      __asm__ volatile(
          "ldp q0, q1, [%0]\n\t ldp q2, q3, [%0, #32]\n\t"
          "ldp q4, q5, [%0, #64]\n\t ldp q6, q7, [%0, #96]\n\t" ::"r"(p)
          : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "memory");
    }
  }
}

constexpr IsaFeatures kFeatures = isa_feature::neon;

}  // namespace

extern const LimitLoop limit_count__neon = {"convolution_b1_b1", "",      "eor + cnt + add",
                                            kFeatures,           8 * 128, run_count};
extern const LimitLoop limit_lookup__neon = {"convolution_u8_b1", "",         "2 tbl + 2 add",
                                             kFeatures,           4 * 16 * 4, run_lookup};
extern const ReadLoop read__neon = {"ldp q", kFeatures, run_read};

}  // namespace bitplace::bench
