// Requantization alone with NEON: what 16 accumulators in registers cost on their way to 16 codes.

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {
namespace {

#define CONVERT(a, b, c, d)                                                                          \
  "scvtf " a ".4s, v31.4s\n\t scvtf " b ".4s, v30.4s\n\t scvtf " c ".4s, v31.4s\n\t scvtf " d        \
  ".4s, v30.4s\n\t fmul " a ".4s, " a ".4s, v29.4s\n\t fmul " b ".4s, " b ".4s, v29.4s\n\t fmul " c  \
  ".4s, " c ".4s, v29.4s\n\t fmul " d ".4s, " d ".4s, v29.4s\n\t fadd " a ".4s, " a                  \
  ".4s, v28.4s\n\t fadd " b ".4s, " b ".4s, v28.4s\n\t fadd " c ".4s, " c ".4s, v28.4s\n\t fadd " d  \
  ".4s, " d ".4s, v28.4s\n\t fcvtns " a ".4s, " a ".4s\n\t fcvtns " b ".4s, " b ".4s\n\t fcvtns " c  \
  ".4s, " c ".4s\n\t fcvtns " d ".4s, " d ".4s\n\t sqxtn " a ".4h, " a ".4s\n\t sqxtn2 " a ".8h, " b \
  ".4s\n\t sqxtn " c ".4h, " c ".4s\n\t sqxtn2 " c ".8h, " d ".4s\n\t sqxtn " a ".8b, " a            \
  ".8h\n\t sqxtn2 " a ".16b, " c ".8h\n\t smax " a ".16b, " a ".16b, v27.16b\n\t"
void run_requantize(std::int64_t iterations) {
  // Zeros: what the registers hold by chance may be subnormal, and slow.
  __asm__ volatile(
      "movi v27.16b, #0\n\tmovi v28.16b, #0\n\tmovi v29.16b, #0\n\tmovi v30.16b, #0\n\tmovi v31.16b, "
      "#0\n\t" ::
          : "v27", "v28", "v29", "v30", "v31");
  for (std::int64_t i = 0; i < iterations; ++i) {
    __asm__ volatile(CONVERT("v0", "v1", "v2", "v3") CONVERT("v4", "v5", "v6", "v7")::
                         : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7");
  }
}
#undef CONVERT

}  // namespace

extern const LimitLoop limit_requantize__neon = {"requantize",      "",     "cvt + mul + add + cvt + narrow",
                                                 isa_feature::neon, 2 * 16, run_requantize};

}  // namespace bitplace::bench
