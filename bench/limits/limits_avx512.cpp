// Loops of the AVX-512 kernels.

#include <immintrin.h>

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

// 1 x 1 bit, two words at a time through a carry-save adder (convolution_b1_b1_avx512vpopcntdq.cpp): 5
// instructions and a copy for 16 outputs x 64 inputs.
#define CARRY_SAVE(carry, old, ones, sum)                                                        \
  "vpxord %%zmm31, %%zmm30, " carry "\n\t vmovdqa64 " ones ", " old                              \
  "\n\t"                                                                                         \
  "vpternlogd $0x96, %%zmm29, %%zmm28, " ones "\n\t vpternlogd $0xb2, " old ", " ones ", " carry \
  "\n\t"                                                                                         \
  "vpopcntd " carry ", " carry "\n\t vpaddd " carry ", " sum ", " sum "\n\t"
void run_carry_save(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(CARRY_SAVE("%%zmm16", "%%zmm17", "%%zmm8", "%%zmm0")
                         CARRY_SAVE("%%zmm18", "%%zmm19", "%%zmm9", "%%zmm1")
                             CARRY_SAVE("%%zmm20", "%%zmm21", "%%zmm10", "%%zmm2")
                                 CARRY_SAVE("%%zmm22", "%%zmm23", "%%zmm11", "%%zmm3")
                                     CARRY_SAVE("%%zmm16", "%%zmm17", "%%zmm12", "%%zmm4")
                                         CARRY_SAVE("%%zmm18", "%%zmm19", "%%zmm13", "%%zmm5")
                                             CARRY_SAVE("%%zmm20", "%%zmm21", "%%zmm14", "%%zmm6")
                                                 CARRY_SAVE("%%zmm22", "%%zmm23", "%%zmm15", "%%zmm7")::
                                                     : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6",
                                                       "zmm7", "zmm8", "zmm9", "zmm10", "zmm11", "zmm12",
                                                       "zmm13", "zmm14", "zmm15", "zmm16", "zmm17", "zmm18",
                                                       "zmm19", "zmm20", "zmm21", "zmm22", "zmm23");
  }
}
#undef CARRY_SAVE

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
extern const LimitLoop limit_quadruples__avx512vnni = {"convolution_u8_b1",     "",      "vpdpbusd",
                                                       isa_feature::avx512vnni, 12 * 64, run_quadruples};
extern const LimitLoop limit_quadruples_s8_s8__avx512vnni = {
    "convolution_s8_s8", "", "vpdpbusd", isa_feature::avx512vnni, 12 * 64, run_quadruples};
extern const LimitLoop limit_quadruples_s8_s4__avx512vnni = {
    "convolution_s8_s4", "", "vpdpbusd", isa_feature::avx512vnni, 12 * 64, run_quadruples};
// 3 of the 4 rows of a quad of columns count under a 3 x 3 kernel.
extern const LimitLoop limit_columns__avx512vnni = {
    "depthwise_s8_s8", "", "vpdpbusd, 3 of 4 products", isa_feature::avx512vnni, 12 * 48, run_quadruples};
extern const ReadLoop read__avx512 = {"vmovdqu64 zmm", isa_feature::avx512, run_read};

}  // namespace bitplace::bench
