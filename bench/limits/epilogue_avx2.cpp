// Requantization alone with AVX2: what 32 accumulators in registers cost on their way to 32 codes.

#include <immintrin.h>

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

// Two independent groups, so that no chain of latencies is measured.
#define CONVERT(a, b, c, d)                                                                             \
  "vcvtdq2ps %%ymm15, " a "\n\t vcvtdq2ps %%ymm14, " b "\n\t vcvtdq2ps %%ymm15, " c                     \
  "\n\t vcvtdq2ps %%ymm14, " d "\n\t vmulps %%ymm13, " a ", " a "\n\t vmulps %%ymm13, " b ", " b        \
  "\n\t vmulps %%ymm13, " c ", " c "\n\t vmulps %%ymm13, " d ", " d "\n\t vaddps %%ymm12, " a ", " a    \
  "\n\t vaddps %%ymm12, " b ", " b "\n\t vaddps %%ymm12, " c ", " c "\n\t vaddps %%ymm12, " d ", " d    \
  "\n\t vcvtps2dq " a ", " a "\n\t vcvtps2dq " b ", " b "\n\t vcvtps2dq " c ", " c "\n\t vcvtps2dq " d  \
  ", " d "\n\t vpackssdw " b ", " a ", " a "\n\t vpackssdw " d ", " c ", " c "\n\t vpacksswb " c ", " a \
  ", " a "\n\t vpmaxsb %%ymm11, " a ", " a "\n\t"
void run_requantize(std::int64_t iterations) {
  // Zeros: what the registers hold by chance may be subnormal, and slow.
  __asm__ volatile(
      "vpxor %%ymm11, %%ymm11, %%ymm11\n\tvpxor %%ymm12, %%ymm12, %%ymm12\n\tvpxor %%ymm13, %%ymm13, "
      "%%ymm13\n\tvpxor %%ymm14, %%ymm14, %%ymm14\n\tvpxor %%ymm15, %%ymm15, %%ymm15\n\t" ::
          : "ymm11", "ymm12", "ymm13", "ymm14", "ymm15");
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(CONVERT("%%ymm0", "%%ymm1", "%%ymm2", "%%ymm3")
                         CONVERT("%%ymm4", "%%ymm5", "%%ymm6", "%%ymm7")::
                             : "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7");
  }
}
#undef CONVERT

}  // namespace

extern const LimitLoop limit_requantize__avx2 = {"requantize",      "",     "cvt + mul + add + cvt + pack",
                                                 isa_feature::avx2, 2 * 32, run_requantize};

}  // namespace bitplace::bench
