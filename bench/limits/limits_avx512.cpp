// Loops of the AVX-512 kernels.

#include <immintrin.h>

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

// 1 x 1 bit: each triple serves 16 outputs x 32 inputs.
void run_popcount(std::int64_t iterations) {
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(
        "vpxord %%zmm15, %%zmm14, %%zmm16\n\t vpopcntd %%zmm16, %%zmm16\n\t vpaddd %%zmm16, %%zmm0, "
        "%%zmm0\n\t"
        "vpxord %%zmm15, %%zmm14, %%zmm17\n\t vpopcntd %%zmm17, %%zmm17\n\t vpaddd %%zmm17, %%zmm1, "
        "%%zmm1\n\t"
        "vpxord %%zmm15, %%zmm14, %%zmm18\n\t vpopcntd %%zmm18, %%zmm18\n\t vpaddd %%zmm18, %%zmm2, "
        "%%zmm2\n\t"
        "vpxord %%zmm15, %%zmm14, %%zmm19\n\t vpopcntd %%zmm19, %%zmm19\n\t vpaddd %%zmm19, %%zmm3, "
        "%%zmm3\n\t"
        "vpxord %%zmm15, %%zmm14, %%zmm20\n\t vpopcntd %%zmm20, %%zmm20\n\t vpaddd %%zmm20, %%zmm4, "
        "%%zmm4\n\t"
        "vpxord %%zmm15, %%zmm14, %%zmm21\n\t vpopcntd %%zmm21, %%zmm21\n\t vpaddd %%zmm21, %%zmm5, "
        "%%zmm5\n\t"
        "vpxord %%zmm15, %%zmm14, %%zmm22\n\t vpopcntd %%zmm22, %%zmm22\n\t vpaddd %%zmm22, %%zmm6, "
        "%%zmm6\n\t"
        "vpxord %%zmm15, %%zmm14, %%zmm23\n\t vpopcntd %%zmm23, %%zmm23\n\t vpaddd %%zmm23, %%zmm7, "
        "%%zmm7\n\t" ::
            : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm16", "zmm17", "zmm18",
              "zmm19", "zmm20", "zmm21", "zmm22", "zmm23");
  }
}

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

extern const LimitLoop limit_popcount__avx512vpopcntdq = {
    "convolution_b1_b1", "vpxord + vpopcntd + vpaddd", isa_feature::avx512vpopcntdq, 8 * 512, run_popcount};
extern const LimitLoop limit_quadruples__avx512vnni = {"convolution_u8_b1", "vpdpbusd",
                                                       isa_feature::avx512vnni, 12 * 64, run_quadruples};
extern const ReadLoop read__avx512 = {"vmovdqu64 zmm", isa_feature::avx512, run_read};

}  // namespace bitplace::bench
