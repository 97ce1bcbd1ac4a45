// The definition of packing to bits: one element at a time.

#include "kernels/pack_bits/pack_bits.h"

namespace bitplace {
namespace {

void run(const PackBitsCall& call, std::int64_t pixel_begin, std::int64_t pixel_end) {
  const std::int32_t words = (call.channels + 31) / 32;
  for (std::int64_t pixel = pixel_begin; pixel < pixel_end; ++pixel) {
    const float* input = call.input + pixel * call.channels;
    std::uint32_t* output = call.output + pixel * words;
    for (std::int32_t w = 0; w < words; ++w) {
      std::uint32_t word = 0;
      for (std::int32_t c = w * 32; c < call.channels && c < w * 32 + 32; ++c) {
        word |= static_cast<std::uint32_t>(input[c] < 0.0f) << (c % 32);
      }
      output[w] = word;
    }
  }
}

}  // namespace

extern const PackBitsKernel pack_bits__ref = {"pack_bits__ref", 0, run};

}  // namespace bitplace
