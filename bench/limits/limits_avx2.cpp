// Loops of the AVX2 kernels.

#include <immintrin.h>

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

// 1 x 1 bit by lookups for two positions per byte (convolution_b1_b1_avx2.cpp): 3 lookups summed, then split.
// 9 instructions for 32 outputs x 2 positions x 12 inputs.
#define SPLIT_LOOKUPS(low, high)                                                                        \
  "vpshufb %%ymm15, %%ymm14, %%ymm8\n\t vpshufb %%ymm15, %%ymm14, %%ymm9\n\t"                           \
  "vpshufb %%ymm15, %%ymm14, %%ymm10\n\t vpaddb %%ymm9, %%ymm8, %%ymm8\n\t"                             \
  "vpaddb %%ymm10, %%ymm8, %%ymm8\n\t vpand %%ymm13, %%ymm8, %%ymm11\n\t"                               \
  "vpsrlw $4, %%ymm8, %%ymm12\n\t vpaddb %%ymm11, " low ", " low "\n\t vpaddw %%ymm12, " high ", " high \
  "\n\t"
void run_split_lookups(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(SPLIT_LOOKUPS("%%ymm0", "%%ymm4") SPLIT_LOOKUPS("%%ymm1", "%%ymm5")
                         SPLIT_LOOKUPS("%%ymm2", "%%ymm6") SPLIT_LOOKUPS("%%ymm3", "%%ymm7")::
                             : "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "ymm8", "ymm9",
                               "ymm10", "ymm11", "ymm12");
  }
}
#undef SPLIT_LOOKUPS

// RGB pixels x 1 bit: one shuffle serves 16 outputs x 3 inputs, one add sums it.
#define LOOKUP(product, sum) \
  "vpshufb %%ymm15, %%ymm14, " product "\n\t vpaddw " product ", " sum ", " sum "\n\t"
void run_lookups(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(LOOKUP("%%ymm8", "%%ymm0") LOOKUP("%%ymm9", "%%ymm1") LOOKUP("%%ymm10", "%%ymm2")
                         LOOKUP("%%ymm11", "%%ymm3") LOOKUP("%%ymm8", "%%ymm4") LOOKUP("%%ymm9", "%%ymm5")
                             LOOKUP("%%ymm10", "%%ymm6") LOOKUP("%%ymm11", "%%ymm7")::
                                 : "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "ymm8",
                                   "ymm9", "ymm10", "ymm11");
  }
}
#undef LOOKUP

// u8 x s8 pairs into s16.
void run_pairs(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "vpmaddubsw %%ymm15, %%ymm14, %%ymm8\n\t vpaddw %%ymm8, %%ymm0, %%ymm0\n\t"
        "vpmaddubsw %%ymm15, %%ymm14, %%ymm9\n\t vpaddw %%ymm9, %%ymm1, %%ymm1\n\t"
        "vpmaddubsw %%ymm15, %%ymm14, %%ymm10\n\t vpaddw %%ymm10, %%ymm2, %%ymm2\n\t"
        "vpmaddubsw %%ymm15, %%ymm14, %%ymm11\n\t vpaddw %%ymm11, %%ymm3, %%ymm3\n\t"
        "vpmaddubsw %%ymm15, %%ymm14, %%ymm8\n\t vpaddw %%ymm8, %%ymm4, %%ymm4\n\t"
        "vpmaddubsw %%ymm15, %%ymm14, %%ymm9\n\t vpaddw %%ymm9, %%ymm5, %%ymm5\n\t"
        "vpmaddubsw %%ymm15, %%ymm14, %%ymm10\n\t vpaddw %%ymm10, %%ymm6, %%ymm6\n\t"
        "vpmaddubsw %%ymm15, %%ymm14, %%ymm11\n\t vpaddw %%ymm11, %%ymm7, %%ymm7\n\t" ::
            : "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "ymm8", "ymm9", "ymm10",
              "ymm11");
  }
}

// u8 x s8 pairs widened to s32 at once.
#define WIDENED_PAIRS(product, sum)                                                      \
  "vpmaddubsw %%ymm15, %%ymm14, " product "\n\t vpmaddwd %%ymm13, " product ", " product \
  "\n\t vpaddd " product ", " sum ", " sum "\n\t"
void run_widened_pairs(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(WIDENED_PAIRS("%%ymm8", "%%ymm0") WIDENED_PAIRS("%%ymm9", "%%ymm1")
                         WIDENED_PAIRS("%%ymm10", "%%ymm2") WIDENED_PAIRS("%%ymm11", "%%ymm3")
                             WIDENED_PAIRS("%%ymm8", "%%ymm4") WIDENED_PAIRS("%%ymm9", "%%ymm5")
                                 WIDENED_PAIRS("%%ymm10", "%%ymm6") WIDENED_PAIRS("%%ymm11", "%%ymm7")::
                                     : "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "ymm8",
                                       "ymm9", "ymm10", "ymm11");
  }
}
#undef WIDENED_PAIRS

// f32 products added to sums, rounded once.
void run_multiply_add(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "vfmadd231ps %%ymm15, %%ymm14, %%ymm0\n\t vfmadd231ps %%ymm15, %%ymm14, %%ymm1\n\t"
        "vfmadd231ps %%ymm15, %%ymm14, %%ymm2\n\t vfmadd231ps %%ymm15, %%ymm14, %%ymm3\n\t"
        "vfmadd231ps %%ymm15, %%ymm14, %%ymm4\n\t vfmadd231ps %%ymm15, %%ymm14, %%ymm5\n\t"
        "vfmadd231ps %%ymm15, %%ymm14, %%ymm6\n\t vfmadd231ps %%ymm15, %%ymm14, %%ymm7\n\t"
        "vfmadd231ps %%ymm15, %%ymm14, %%ymm8\n\t vfmadd231ps %%ymm15, %%ymm14, %%ymm9\n\t"
        "vfmadd231ps %%ymm15, %%ymm14, %%ymm10\n\t vfmadd231ps %%ymm15, %%ymm14, %%ymm11\n\t" ::
            : "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "ymm8", "ymm9", "ymm10",
              "ymm11");
  }
}

// The same with product and sum rounded each.
void run_multiply_then_add(std::int64_t iterations) {
#define MULTIPLY_THEN_ADD(a, b)                                               \
  "vmulps %%ymm15, %%ymm14, %%ymm12\n\t vmulps %%ymm15, %%ymm14, %%ymm13\n\t" \
  "vaddps %%ymm12, %%ymm" #a ", %%ymm" #a "\n\t vaddps %%ymm13, %%ymm" #b ", %%ymm" #b "\n\t"
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(MULTIPLY_THEN_ADD(0, 1) MULTIPLY_THEN_ADD(2, 3) MULTIPLY_THEN_ADD(4, 5)
                         MULTIPLY_THEN_ADD(6, 7) MULTIPLY_THEN_ADD(8, 9) MULTIPLY_THEN_ADD(10, 11)::
                             : "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "ymm8", "ymm9",
                               "ymm10", "ymm11", "ymm12", "ymm13");
  }
#undef MULTIPLY_THEN_ADD
}

void run_read(const void* data, std::int64_t bytes, std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    const auto* p = static_cast<const char*>(data);
    for (std::int64_t b = 0; b < bytes; b += 256, p += 256) {
      __asm__ volatile(
          "vmovdqu (%0), %%ymm0\n\t vmovdqu 32(%0), %%ymm1\n\t vmovdqu 64(%0), %%ymm2\n\t vmovdqu 96(%0), "
          "%%ymm3\n\t"
          "vmovdqu 128(%0), %%ymm4\n\t vmovdqu 160(%0), %%ymm5\n\t vmovdqu 192(%0), %%ymm6\n\t"
          "vmovdqu 224(%0), %%ymm7\n\t" ::"r"(p)
          : "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "memory");
    }
  }
}

constexpr IsaFeatures kFeatures = isa_feature::avx2;

}  // namespace

extern const LimitLoop limit_split_lookups__avx2 = {
    "convolution_b1_b1", "", "3 vpshufb + 6 others", kFeatures, 4 * 32 * 2 * 12, run_split_lookups};
extern const LimitLoop limit_lookups__avx2 = {"convolution_u8_b1", "rgb",      "vpshufb + vpaddw",
                                              kFeatures,           8 * 16 * 3, run_lookups};
extern const LimitLoop limit_pairs__avx2 = {"convolution_u8_b1", "",     "vpmaddubsw + vpaddw",
                                            kFeatures,           8 * 32, run_pairs};
extern const LimitLoop limit_s4_pairs__avx2 = {"convolution_s8_s4", "",     "vpmaddubsw + vpaddw",
                                               kFeatures,           8 * 32, run_pairs};
extern const LimitLoop limit_widened_pairs__avx2 = {
    "convolution_s8_s8", "", "vpmaddubsw + vpmaddwd + vpaddd", kFeatures, 8 * 32, run_widened_pairs};
extern const LimitLoop limit_depthwise_pairs__avx2 = {
    "depthwise_s8_s8", "", "vpmaddubsw + vpmaddwd + vpaddd", kFeatures, 8 * 32, run_widened_pairs};
extern const LimitLoop limit_multiply_add_convolution_f32__avx2 = {
    "convolution_f32_f32", "", "vfmadd231ps ymm", kFeatures, 12 * 8, run_multiply_add};
extern const LimitLoop limit_multiply_add_convolution_f16__avx2 = {
    "convolution_f16_f16", "", "vfmadd231ps ymm", kFeatures, 12 * 8, run_multiply_add};
extern const LimitLoop limit_multiply_add_depthwise_f32__avx2 = {
    "depthwise_f32_f32", "", "vfmadd231ps ymm", kFeatures, 12 * 8, run_multiply_add};
extern const LimitLoop limit_multiply_add_depthwise_f16__avx2 = {
    "depthwise_f16_f16", "", "vfmadd231ps ymm", kFeatures, 12 * 8, run_multiply_add};
extern const LimitLoop limit_residuals__avx2 = {"vlad",    "",     "vmulps + vaddps ymm",
                                                kFeatures, 12 * 8, run_multiply_then_add};
extern const ReadLoop read__avx2 = {"vmovdqu ymm", kFeatures, run_read};

}  // namespace bitplace::bench
