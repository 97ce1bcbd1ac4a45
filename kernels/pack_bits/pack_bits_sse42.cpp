// bit[c] = (x[c] < 0), 4 channels per step: cmpltps and movmskps.
//
// The comparison is ordered, so NaN and -0.0 give 0; the floats' own sign bits would not. The last channels
// of a pixel are compared one by one, so nothing behind them is touched.
//
// Measured, Intel Xeon (Emerald Rapids), one thread: 27 x 27 x 96, 9.2 us, 30 GB/s read from L2.
#include <immintrin.h>

#include "kernels/pack_bits/pack_bits.h"

namespace bitplace {
namespace {

constexpr std::int32_t kLanes = 4;

// The first `count` channels of a word, at most 32.
inline std::uint32_t word(const float* input, std::int32_t count) {
  std::uint32_t bits = 0;
  std::int32_t c = 0;
  for (; c + kLanes <= count; c += kLanes) {
    const __m128 negative = _mm_cmplt_ps(_mm_loadu_ps(input + c), _mm_setzero_ps());
    bits |= static_cast<std::uint32_t>(_mm_movemask_ps(negative)) << c;
  }
  for (; c < count; ++c)
    bits |= static_cast<std::uint32_t>(input[c] < 0) << c;
  return bits;
}

void run(const PackBitsCall& call, std::int64_t pixel_begin, std::int64_t pixel_end) {
  const std::int32_t whole = call.channels / 32;
  const std::int32_t part = call.channels % 32;
  const std::int32_t words = whole + (part != 0 ? 1 : 0);
  for (std::int64_t pixel = pixel_begin; pixel < pixel_end; ++pixel) {
    const float* input = call.input + pixel * call.channels;
    std::uint32_t* output = call.output + pixel * words;
    for (std::int32_t w = 0; w < whole; ++w)
      output[w] = word(input + w * 32, 32);
    if (part != 0) output[whole] = word(input + whole * 32, part);
  }
}

}  // namespace

extern const PackBitsKernel pack_bits__sse42 = {"pack_bits__sse42", isa_feature::sse42, run};

}  // namespace bitplace
