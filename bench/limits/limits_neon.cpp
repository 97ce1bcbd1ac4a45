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

// s8 x s8: two products per 16-bit lane, then 32 bits.
#define PAIRS(sums, products)                                                                           \
  "smull " products ".8h, v30.8b, v31.8b\n\t smlal2 " products ".8h, v30.16b, v31.16b\n\t sadalp " sums \
  ".4s, " products ".8h\n\t"
void run_pairs(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(PAIRS("v0", "v16") PAIRS("v1", "v17") PAIRS("v2", "v18") PAIRS("v3", "v19")
                         PAIRS("v4", "v20") PAIRS("v5", "v21") PAIRS("v6", "v22") PAIRS("v7", "v23")::
                             : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18", "v19",
                               "v20", "v21", "v22", "v23");
  }
}
#undef PAIRS

// s8 x few bits: 16-bit lanes gather many products.
#define LANES(sums) "smlal " sums ".8h, v30.8b, v31.8b\n\t smlal2 " sums ".8h, v30.16b, v31.16b\n\t"
void run_lanes(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(LANES("v0") LANES("v1") LANES("v2") LANES("v3") LANES("v4") LANES("v5") LANES("v6")
                         LANES("v7")::
                             : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7");
  }
}
#undef LANES

// Depthwise: two taps of 8 channels.
#define TAPS(low, high, products)                                                                  \
  "smull " products ".8h, v30.8b, v31.8b\n\t smlal " products ".8h, v29.8b, v28.8b\n\t saddw " low \
  ".4s, " low ".4s, " products ".4h\n\t saddw2 " high ".4s, " high ".4s, " products ".8h\n\t"
void run_taps(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(TAPS("v0", "v1", "v16") TAPS("v2", "v3", "v17") TAPS("v4", "v5", "v18")
                         TAPS("v6", "v7", "v19") TAPS("v8", "v9", "v20") TAPS("v10", "v11", "v21")::
                             : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",
                               "v16", "v17", "v18", "v19", "v20", "v21");
  }
}
#undef TAPS

void run_singles(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "fmla v0.4s, v30.4s, v31.4s\n\t fmla v1.4s, v30.4s, v31.4s\n\t"
        "fmla v2.4s, v30.4s, v31.4s\n\t fmla v3.4s, v30.4s, v31.4s\n\t"
        "fmla v4.4s, v30.4s, v31.4s\n\t fmla v5.4s, v30.4s, v31.4s\n\t"
        "fmla v6.4s, v30.4s, v31.4s\n\t fmla v7.4s, v30.4s, v31.4s\n\t"
        "fmla v8.4s, v30.4s, v31.4s\n\t fmla v9.4s, v30.4s, v31.4s\n\t"
        "fmla v10.4s, v30.4s, v31.4s\n\t fmla v11.4s, v30.4s, v31.4s\n\t"
        "fmla v12.4s, v30.4s, v31.4s\n\t fmla v13.4s, v30.4s, v31.4s\n\t"
        "fmla v14.4s, v30.4s, v31.4s\n\t fmla v15.4s, v30.4s, v31.4s\n\t" ::
            : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
              "v15");
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
extern const LimitLoop limit_pairs__neon = {"convolution_s8_s8", "",     "smull + smlal2 + sadalp",
                                            kFeatures,           8 * 16, run_pairs};
extern const LimitLoop limit_lanes__neon = {"convolution_s8_s4", "",     "smlal + smlal2",
                                            kFeatures,           8 * 16, run_lanes};
extern const LimitLoop limit_taps__neon = {"depthwise_s8_s8", "",     "smull + smlal + 2 saddw",
                                           kFeatures,         6 * 16, run_taps};
extern const LimitLoop limit_f32__neon = {"convolution_f32_f32", "", "fmla", kFeatures, 16 * 4, run_singles};
extern const LimitLoop limit_f16__neon = {"convolution_f16_f16", "", "fmla", kFeatures, 16 * 4, run_singles};
extern const LimitLoop limit_depthwise_f32__neon = {"depthwise_f32_f32", "",     "fmla",
                                                    kFeatures,           16 * 4, run_singles};
extern const LimitLoop limit_depthwise_f16__neon = {"depthwise_f16_f16", "",     "fmla",
                                                    kFeatures,           16 * 4, run_singles};
extern const ReadLoop read__neon = {"ldp q", kFeatures, run_read};

}  // namespace bitplace::bench
