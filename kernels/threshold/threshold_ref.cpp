// The definition of thresholding: one element at a time.

#include "kernels/threshold/threshold.h"

namespace bitplace {
namespace {

template <typename Number>
void run(const ThresholdCall<Number>& call, std::int64_t pixel_begin, std::int64_t pixel_end) {
  const std::int32_t words = (call.channels + 31) / 32;
  for (std::int64_t pixel = pixel_begin; pixel < pixel_end; ++pixel) {
    const Number* input = call.input + pixel * call.channels;
    std::uint32_t* output = call.output + pixel * words;
    for (std::int32_t w = 0; w < words; ++w) {
      std::uint32_t below = 0;
      for (std::int32_t c = w * 32; c < call.channels && c < w * 32 + 32; ++c) {
        below |= static_cast<std::uint32_t>(input[c] < call.threshold[c]) << (c % 32);
      }
      output[w] = below ^ call.flip_words[w];
    }
  }
}

}  // namespace

extern const ThresholdKernel threshold__ref = {"threshold__ref", 0, run<std::int32_t>, run<float>};

}  // namespace bitplace
