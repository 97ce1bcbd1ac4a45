// Requantization alone with AVX-512: what 64 accumulators in registers cost on their way to 64 codes.

#include <immintrin.h>

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

// Two independent groups, so that no chain of latencies is measured.
#define CONVERT(a, b, c, d)                                                                             \
  "vcvtdq2ps %%zmm31, " a "\n\t vcvtdq2ps %%zmm30, " b "\n\t vcvtdq2ps %%zmm31, " c                     \
  "\n\t vcvtdq2ps %%zmm30, " d "\n\t vmulps %%zmm29, " a ", " a "\n\t vmulps %%zmm29, " b ", " b        \
  "\n\t vmulps %%zmm29, " c ", " c "\n\t vmulps %%zmm29, " d ", " d "\n\t vaddps %%zmm28, " a ", " a    \
  "\n\t vaddps %%zmm28, " b ", " b "\n\t vaddps %%zmm28, " c ", " c "\n\t vaddps %%zmm28, " d ", " d    \
  "\n\t vcvtps2dq " a ", " a "\n\t vcvtps2dq " b ", " b "\n\t vcvtps2dq " c ", " c "\n\t vcvtps2dq " d  \
  ", " d "\n\t vpackssdw " b ", " a ", " a "\n\t vpackssdw " d ", " c ", " c "\n\t vpacksswb " c ", " a \
  ", " a "\n\t vpmaxsb %%zmm27, " a ", " a "\n\t"
void run_requantize(std::int64_t iterations) {
  // Zeros: what the registers hold by chance may be subnormal, and slow.
  __asm__ volatile(
      "vpxord %%zmm27, %%zmm27, %%zmm27\n\tvpxord %%zmm28, %%zmm28, %%zmm28\n\tvpxord %%zmm29, %%zmm29, "
      "%%zmm29\n\tvpxord %%zmm30, %%zmm30, %%zmm30\n\tvpxord %%zmm31, %%zmm31, %%zmm31\n\t" ::
          : "zmm27", "zmm28", "zmm29", "zmm30", "zmm31");
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(CONVERT("%%zmm0", "%%zmm1", "%%zmm2", "%%zmm3")
                         CONVERT("%%zmm4", "%%zmm5", "%%zmm6", "%%zmm7")::
                             : "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7");
  }
}
#undef CONVERT

}  // namespace

extern const LimitLoop limit_requantize__avx512 = {
    "requantize", "", "cvt + mul + add + cvt + pack", isa_feature::avx512, 2 * 64, run_requantize};

}  // namespace bitplace::bench
