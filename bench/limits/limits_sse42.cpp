// Loops of the SSE4.2 kernels. An instruction overwrites its first operand, so each takes a copy of it first.

#include <immintrin.h>

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

// 1 x 1 bit by lookups for two positions per byte (convolution_b1_b1_sse42.cpp): 3 lookups summed, then
// split, for 16 outputs x 2 positions x 12 inputs.
#define SPLIT_LOOKUPS(low, high)                                                       \
  "movdqa %%xmm14, %%xmm8\n\t pshufb %%xmm15, %%xmm8\n\t movdqa %%xmm14, %%xmm9\n\t"   \
  "pshufb %%xmm15, %%xmm9\n\t movdqa %%xmm14, %%xmm10\n\t pshufb %%xmm15, %%xmm10\n\t" \
  "paddb %%xmm9, %%xmm8\n\t paddb %%xmm10, %%xmm8\n\t movdqa %%xmm8, %%xmm11\n\t"      \
  "pand %%xmm13, %%xmm8\n\t psrlw $4, %%xmm11\n\t paddb %%xmm8, " low "\n\t paddw %%xmm11, " high "\n\t"
void run_split_lookups(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(SPLIT_LOOKUPS("%%xmm0", "%%xmm4") SPLIT_LOOKUPS("%%xmm1", "%%xmm5")
                         SPLIT_LOOKUPS("%%xmm2", "%%xmm6") SPLIT_LOOKUPS("%%xmm3", "%%xmm7")::
                             : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                               "xmm10", "xmm11");
  }
}
#undef SPLIT_LOOKUPS

// RGB pixels x 1 bit: one shuffle serves 8 outputs x 3 inputs, one add sums it.
#define LOOKUP(product, sum) \
  "movdqa %%xmm14, " product "\n\t pshufb %%xmm15, " product "\n\t paddw " product ", " sum "\n\t"
void run_lookups(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(LOOKUP("%%xmm8", "%%xmm0") LOOKUP("%%xmm9", "%%xmm1") LOOKUP("%%xmm10", "%%xmm2")
                         LOOKUP("%%xmm11", "%%xmm3") LOOKUP("%%xmm8", "%%xmm4") LOOKUP("%%xmm9", "%%xmm5")
                             LOOKUP("%%xmm10", "%%xmm6") LOOKUP("%%xmm11", "%%xmm7")::
                                 : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                                   "xmm9", "xmm10", "xmm11");
  }
}
#undef LOOKUP

// u8 x s8 pairs into s16.
void run_pairs(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "movdqa %%xmm14, %%xmm8\n\t pmaddubsw %%xmm15, %%xmm8\n\t paddw %%xmm8, %%xmm0\n\t"
        "movdqa %%xmm14, %%xmm9\n\t pmaddubsw %%xmm15, %%xmm9\n\t paddw %%xmm9, %%xmm1\n\t"
        "movdqa %%xmm14, %%xmm10\n\t pmaddubsw %%xmm15, %%xmm10\n\t paddw %%xmm10, %%xmm2\n\t"
        "movdqa %%xmm14, %%xmm11\n\t pmaddubsw %%xmm15, %%xmm11\n\t paddw %%xmm11, %%xmm3\n\t"
        "movdqa %%xmm14, %%xmm8\n\t pmaddubsw %%xmm15, %%xmm8\n\t paddw %%xmm8, %%xmm4\n\t"
        "movdqa %%xmm14, %%xmm9\n\t pmaddubsw %%xmm15, %%xmm9\n\t paddw %%xmm9, %%xmm5\n\t"
        "movdqa %%xmm14, %%xmm10\n\t pmaddubsw %%xmm15, %%xmm10\n\t paddw %%xmm10, %%xmm6\n\t"
        "movdqa %%xmm14, %%xmm11\n\t pmaddubsw %%xmm15, %%xmm11\n\t paddw %%xmm11, %%xmm7\n\t" ::
            : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
              "xmm11");
  }
}

// f32 products, a copy of a pixel times a vector of weights, then added to sums.
#define MULTIPLY_ADD(product, sum) \
  "movaps %%xmm14, " product "\n\t mulps %%xmm15, " product "\n\t addps " product ", " sum "\n\t"
void run_multiply_add(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(MULTIPLY_ADD("%%xmm8", "%%xmm0") MULTIPLY_ADD("%%xmm9", "%%xmm1")
                         MULTIPLY_ADD("%%xmm10", "%%xmm2") MULTIPLY_ADD("%%xmm11", "%%xmm3")
                             MULTIPLY_ADD("%%xmm8", "%%xmm4") MULTIPLY_ADD("%%xmm9", "%%xmm5")
                                 MULTIPLY_ADD("%%xmm10", "%%xmm6") MULTIPLY_ADD("%%xmm11", "%%xmm7")::
                                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
                                       "xmm9", "xmm10", "xmm11");
  }
}
#undef MULTIPLY_ADD

void run_read(const void* data, std::int64_t bytes, std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    const auto* p = static_cast<const char*>(data);
    for (std::int64_t b = 0; b < bytes; b += 128, p += 128) {
      __asm__ volatile(
          "movdqu (%0), %%xmm0\n\t movdqu 16(%0), %%xmm1\n\t movdqu 32(%0), %%xmm2\n\t movdqu 48(%0), "
          "%%xmm3\n\t"
          "movdqu 64(%0), %%xmm4\n\t movdqu 80(%0), %%xmm5\n\t movdqu 96(%0), %%xmm6\n\t"
          "movdqu 112(%0), %%xmm7\n\t" ::"r"(p)
          : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "memory");
    }
  }
}

constexpr IsaFeatures kFeatures = isa_feature::sse42;

}  // namespace

extern const LimitLoop limit_split_lookups__sse42 = {
    "convolution_b1_b1", "", "3 pshufb + 10 others", kFeatures, 4 * 16 * 2 * 12, run_split_lookups};
extern const LimitLoop limit_lookups__sse42 = {"convolution_u8_b1", "rgb",     "movdqa + pshufb + paddw",
                                               kFeatures,           8 * 8 * 3, run_lookups};
extern const LimitLoop limit_pairs__sse42 = {"convolution_u8_b1", "",     "movdqa + pmaddubsw + paddw",
                                             kFeatures,           8 * 16, run_pairs};
extern const LimitLoop limit_multiply_add_convolution_f32__sse42 = {
    "convolution_f32_f32", "", "movaps + mulps + addps", kFeatures, 8 * 4, run_multiply_add};
extern const LimitLoop limit_multiply_add_depthwise_f32__sse42 = {
    "depthwise_f32_f32", "", "movaps + mulps + addps", kFeatures, 8 * 4, run_multiply_add};
extern const LimitLoop limit_residuals__sse42 = {"vlad",    "",    "movaps + mulps + addps",
                                                 kFeatures, 8 * 4, run_multiply_add};
extern const ReadLoop read__sse42 = {"movdqu xmm", kFeatures, run_read};

}  // namespace bitplace::bench
