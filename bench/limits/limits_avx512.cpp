// Loops of the AVX-512 kernels.

#include <immintrin.h>

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

// Two independent sums at a time, one instruction of each in turn: Zen 4 hands instructions to its two vector
// schedulers alternately and then keeps both busy (2.5 cycles where one sum after the other takes 2.9).

// 1 x 1 bit, two words at a time through a carry-save adder (convolution_b1_b1_avx512vpopcntdq.cpp): 5
// instructions and a copy for 16 outputs x 64 inputs.
#define CARRY_SAVE_TWO(ones0, sum0, ones1, sum1)                                                 \
  "vpxord %%zmm31, %%zmm30, %%zmm16\n\t vpxord %%zmm31, %%zmm27, %%zmm18\n\t"                    \
  "vmovdqa64 " ones0 ", %%zmm17\n\t vmovdqa64 " ones1                                            \
  ", %%zmm19\n\t"                                                                                \
  "vpternlogd $0x96, %%zmm29, %%zmm28, " ones0 "\n\t vpternlogd $0x96, %%zmm29, %%zmm28, " ones1 \
  "\n\t"                                                                                         \
  "vpternlogd $0xb2, %%zmm17, " ones0 ", %%zmm16\n\t vpternlogd $0xb2, %%zmm19, " ones1          \
  ", %%zmm18\n\t"                                                                                \
  "vpopcntd %%zmm16, %%zmm16\n\t vpopcntd %%zmm18, %%zmm18\n\t"                                  \
  "vpaddd %%zmm16, " sum0 ", " sum0 "\n\t vpaddd %%zmm18, " sum1 ", " sum1 "\n\t"
void run_carry_save(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(CARRY_SAVE_TWO("%%zmm8", "%%zmm0", "%%zmm9", "%%zmm1")
                         CARRY_SAVE_TWO("%%zmm10", "%%zmm2", "%%zmm11", "%%zmm3")
                             CARRY_SAVE_TWO("%%zmm12", "%%zmm4", "%%zmm13", "%%zmm5")
                                 CARRY_SAVE_TWO("%%zmm14", "%%zmm6", "%%zmm15", "%%zmm7")::
                                     : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8",
                                       "zmm9", "zmm10", "zmm11", "zmm12", "zmm13", "zmm14", "zmm15", "zmm16",
                                       "zmm17", "zmm18", "zmm19");
  }
}
#undef CARRY_SAVE_TWO

// Sums of 6 bytes by lookup, for 32 channels (convolution_u8_b1_avx512.cpp).
#define LOOK_UP_TWO(sum0, sum1)                                                   \
  "vmovdqa64 %%zmm31, %%zmm16\n\t vmovdqa64 %%zmm31, %%zmm17\n\t"                 \
  "vpermi2w %%zmm30, %%zmm29, %%zmm16\n\t vpermi2w %%zmm28, %%zmm27, %%zmm17\n\t" \
  "vpaddw %%zmm16, " sum0 ", " sum0 "\n\t vpaddw %%zmm17, " sum1 ", " sum1 "\n\t"
void run_lookups(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(LOOK_UP_TWO("%%zmm0", "%%zmm1") LOOK_UP_TWO("%%zmm2", "%%zmm3")
                         LOOK_UP_TWO("%%zmm4", "%%zmm5") LOOK_UP_TWO("%%zmm6", "%%zmm7")
                             LOOK_UP_TWO("%%zmm8", "%%zmm9") LOOK_UP_TWO("%%zmm10", "%%zmm11")::
                                 : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8",
                                   "zmm9", "zmm10", "zmm11", "zmm16", "zmm17");
  }
}
#undef LOOK_UP_TWO

// u8 x s8 quadruples into s32.
void run_quadruples(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "vpdpbusd %%zmm31, %%zmm30, %%zmm0\n\t vpdpbusd %%zmm31, %%zmm30, %%zmm1\n\t"
        "vpdpbusd %%zmm31, %%zmm30, %%zmm2\n\t vpdpbusd %%zmm31, %%zmm30, %%zmm3\n\t"
        "vpdpbusd %%zmm31, %%zmm30, %%zmm4\n\t vpdpbusd %%zmm31, %%zmm30, %%zmm5\n\t"
        "vpdpbusd %%zmm31, %%zmm30, %%zmm6\n\t vpdpbusd %%zmm31, %%zmm30, %%zmm7\n\t"
        "vpdpbusd %%zmm31, %%zmm30, %%zmm8\n\t vpdpbusd %%zmm31, %%zmm30, %%zmm9\n\t"
        "vpdpbusd %%zmm31, %%zmm30, %%zmm10\n\t vpdpbusd %%zmm31, %%zmm30, %%zmm11\n\t" ::
            : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10",
              "zmm11");
  }
}

// s16 x s16 pairs into s32, 256 bits.
void run_word_dots(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "vpdpwssd %%ymm31, %%ymm30, %%ymm0\n\t vpdpwssd %%ymm31, %%ymm30, %%ymm1\n\t"
        "vpdpwssd %%ymm31, %%ymm30, %%ymm2\n\t vpdpwssd %%ymm31, %%ymm30, %%ymm3\n\t"
        "vpdpwssd %%ymm31, %%ymm30, %%ymm4\n\t vpdpwssd %%ymm31, %%ymm30, %%ymm5\n\t"
        "vpdpwssd %%ymm31, %%ymm30, %%ymm6\n\t vpdpwssd %%ymm31, %%ymm30, %%ymm7\n\t"
        "vpdpwssd %%ymm31, %%ymm30, %%ymm8\n\t vpdpwssd %%ymm31, %%ymm30, %%ymm9\n\t"
        "vpdpwssd %%ymm31, %%ymm30, %%ymm10\n\t vpdpwssd %%ymm31, %%ymm30, %%ymm11\n\t" ::
            : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10",
              "zmm11");
  }
}

// u8 x s8 quadruples without VNNI: bytes into 16-bit pairs, pairs by 1 into sums.
#define BYTE_PAIRS(pairs, sum)                                                                          \
  "vpmaddubsw %%zmm31, %%zmm30, " pairs "\n\t vpmaddwd %%zmm29, " pairs ", " pairs "\n\t vpaddd " pairs \
  ", " sum ", " sum "\n\t"
#define WORD_PAIRS(pairs, sum) \
  "vpmaddwd %%zmm31, %%zmm30, " pairs "\n\t vpaddd " pairs ", " sum ", " sum "\n\t"
#define EIGHT_TIMES(step)                                                                               \
  step("%%zmm8", "%%zmm0") step("%%zmm9", "%%zmm1") step("%%zmm10", "%%zmm2") step("%%zmm11", "%%zmm3") \
      step("%%zmm12", "%%zmm4") step("%%zmm13", "%%zmm5") step("%%zmm14", "%%zmm6")                     \
          step("%%zmm15", "%%zmm7")
#define CLOBBERS                                                                                             \
  "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10", "zmm11", "zmm12", \
      "zmm13", "zmm14", "zmm15"
void run_byte_pairs(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i)
    __asm__ volatile(EIGHT_TIMES(BYTE_PAIRS)::: CLOBBERS);
}
void run_word_pairs(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i)
    __asm__ volatile(EIGHT_TIMES(WORD_PAIRS)::: CLOBBERS);
}
#undef CLOBBERS
#undef EIGHT_TIMES
#undef WORD_PAIRS
#undef BYTE_PAIRS

// f32 products added to sums, rounded once.
void run_multiply_add(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "vfmadd231ps %%zmm31, %%zmm30, %%zmm0\n\t vfmadd231ps %%zmm31, %%zmm30, %%zmm1\n\t"
        "vfmadd231ps %%zmm31, %%zmm30, %%zmm2\n\t vfmadd231ps %%zmm31, %%zmm30, %%zmm3\n\t"
        "vfmadd231ps %%zmm31, %%zmm30, %%zmm4\n\t vfmadd231ps %%zmm31, %%zmm30, %%zmm5\n\t"
        "vfmadd231ps %%zmm31, %%zmm30, %%zmm6\n\t vfmadd231ps %%zmm31, %%zmm30, %%zmm7\n\t"
        "vfmadd231ps %%zmm31, %%zmm30, %%zmm8\n\t vfmadd231ps %%zmm31, %%zmm30, %%zmm9\n\t"
        "vfmadd231ps %%zmm31, %%zmm30, %%zmm10\n\t vfmadd231ps %%zmm31, %%zmm30, %%zmm11\n\t" ::
            : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10",
              "zmm11");
  }
}

// The same with product and sum rounded each.
void run_multiply_then_add(std::int64_t iterations) {
#define MULTIPLY_THEN_ADD(a, b)                                               \
  "vmulps %%zmm31, %%zmm30, %%zmm28\n\t vmulps %%zmm31, %%zmm30, %%zmm29\n\t" \
  "vaddps %%zmm28, %%zmm" #a ", %%zmm" #a "\n\t vaddps %%zmm29, %%zmm" #b ", %%zmm" #b "\n\t"
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(MULTIPLY_THEN_ADD(0, 1) MULTIPLY_THEN_ADD(2, 3) MULTIPLY_THEN_ADD(4, 5)
                         MULTIPLY_THEN_ADD(6, 7) MULTIPLY_THEN_ADD(8, 9) MULTIPLY_THEN_ADD(10, 11)::
                             : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9",
                               "zmm10", "zmm11", "zmm28", "zmm29");
  }
#undef MULTIPLY_THEN_ADD
}

void run_read(const void* data, std::int64_t bytes, std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    const auto* p = static_cast<const char*>(data);
    for (std::int64_t b = 0; b < bytes; b += 256, p += 256) {
      __asm__ volatile(
          "vmovdqu64 (%0), %%zmm0\n\t vmovdqu64 64(%0), %%zmm1\n\t vmovdqu64 128(%0), %%zmm2\n\t"
          "vmovdqu64 192(%0), %%zmm3\n\t" ::"r"(p)
          : "zmm0", "zmm1", "zmm2", "zmm3", "memory");
    }
  }
}

}  // namespace

extern const LimitLoop limit_carry_save__avx512vpopcntdq = {
    "convolution_b1_b1",          "",          "2 vpternlogd + vpxord + vpopcntd + vpaddd",
    isa_feature::avx512vpopcntdq, 8 * 16 * 64, run_carry_save};
extern const LimitLoop limit_lookups__avx512 = {"convolution_u8_b1", "subsets",   "vpermi2w + vpaddw",
                                                isa_feature::avx512, 12 * 32 * 6, run_lookups};
extern const LimitLoop limit_quadruples__avx512vnni = {"convolution_u8_b1",     "",      "vpdpbusd",
                                                       isa_feature::avx512vnni, 12 * 64, run_quadruples};
extern const LimitLoop limit_quadruples_s8_s8__avx512vnni = {
    "convolution_s8_s8", "", "vpdpbusd", isa_feature::avx512vnni, 12 * 64, run_quadruples};
extern const LimitLoop limit_quadruples_s8_s4__avx512vnni = {
    "convolution_s8_s4", "", "vpdpbusd", isa_feature::avx512vnni, 12 * 64, run_quadruples};
// 36 products of 16 bits stand for 144 multiply-accumulates.
extern const LimitLoop limit_winograd_s8_s8__avx512vnni = {"convolution_s8_s8", "avx512vnni_winograd",
                                                           "vpdpwssd, 4 for 1", isa_feature::avx512vnni,
                                                           12 * 16 * 4,         run_word_dots};
extern const LimitLoop limit_winograd_s8_s4__avx512vnni = {"convolution_s8_s4", "avx512vnni_winograd",
                                                           "vpdpwssd, 4 for 1", isa_feature::avx512vnni,
                                                           12 * 16 * 4,         run_word_dots};
extern const LimitLoop limit_byte_pairs__avx512 = {
    "convolution_s8_s8", "avx512_bytes", "vpmaddubsw + vpmaddwd + vpaddd",
    isa_feature::avx512, 8 * 64,         run_byte_pairs};
extern const LimitLoop limit_word_pairs__avx512 = {"convolution_s8_s8", "avx512_words", "vpmaddwd + vpaddd",
                                                   isa_feature::avx512, 8 * 32,         run_word_pairs};
extern const LimitLoop limit_byte_pairs_s8_s4__avx512 = {
    "convolution_s8_s4", "avx512_", "vpmaddubsw + vpmaddwd + vpaddd",
    isa_feature::avx512, 8 * 64,    run_byte_pairs};
// 3 of the 4 rows of a quad of columns count under a 3 x 3 kernel.
extern const LimitLoop limit_columns__avx512vnni = {
    "depthwise_s8_s8", "", "vpdpbusd, 3 of 4 products", isa_feature::avx512vnni, 12 * 48, run_quadruples};
extern const LimitLoop limit_multiply_add_convolution_f32__avx512 = {
    "convolution_f32_f32", "", "vfmadd231ps zmm", isa_feature::avx512, 12 * 16, run_multiply_add};
extern const LimitLoop limit_multiply_add_convolution_f16__avx512 = {
    "convolution_f16_f16", "", "vfmadd231ps zmm", isa_feature::avx512, 12 * 16, run_multiply_add};
extern const LimitLoop limit_multiply_add_depthwise_f32__avx512 = {
    "depthwise_f32_f32", "", "vfmadd231ps zmm", isa_feature::avx512, 12 * 16, run_multiply_add};
extern const LimitLoop limit_multiply_add_depthwise_f16__avx512 = {
    "depthwise_f16_f16", "", "vfmadd231ps zmm", isa_feature::avx512, 12 * 16, run_multiply_add};
extern const LimitLoop limit_residuals__avx512 = {
    "vlad", "", "vmulps + vaddps zmm", isa_feature::avx512, 12 * 16, run_multiply_then_add};
extern const ReadLoop read__avx512 = {"vmovdqu64 zmm", isa_feature::avx512, run_read};

}  // namespace bitplace::bench
