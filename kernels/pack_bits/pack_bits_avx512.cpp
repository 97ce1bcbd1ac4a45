// bit[c] = (x[c] < 0): vcmpps writes 16 channels' answers as half of an output word.
//
// The comparison is ordered and quiet, so NaN and -0.0 give 0; the floats' own sign bits would not. Channels
// that do not exist are masked out of the loads, which then do not touch memory.
//
// Measured, Intel Xeon (Emerald Rapids), one thread: 27 x 27 x 256, 13 us, 56 GB/s read from L2.
#include <immintrin.h>

#include "kernels/common/avx512_mask.h"
#include "kernels/pack_bits/pack_bits.h"

namespace bitplace {
namespace {

inline std::uint32_t half_word(const float* input, std::int32_t count) {
  if (count <= 0) return 0;
  const auto exists = static_cast<__mmask16>(count >= 16 ? 0xffff : (1 << count) - 1);
  return mask_bits(_mm512_cmp_ps_mask(_mm512_maskz_loadu_ps(exists, input), _mm512_setzero_ps(), _CMP_LT_OQ));
}

void run(const PackBitsCall& call, std::int64_t pixel_begin, std::int64_t pixel_end) {
  const std::int32_t words = (call.channels + 31) / 32;
  for (std::int64_t pixel = pixel_begin; pixel < pixel_end; ++pixel) {
    const float* input = call.input + pixel * call.channels;
    std::uint32_t* output = call.output + pixel * words;
    for (std::int32_t w = 0; w < words; ++w) {
      const std::int32_t left = call.channels - w * 32;
      output[w] = half_word(input + w * 32, left) | half_word(input + w * 32 + 16, left - 16) << 16;
    }
  }
}

}  // namespace

extern const PackBitsKernel pack_bits__avx512 = {"pack_bits__avx512", isa_feature::avx512, run};

}  // namespace bitplace
