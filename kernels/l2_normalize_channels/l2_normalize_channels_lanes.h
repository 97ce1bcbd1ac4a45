// L2 normalisation of pixels with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/common/lanes_norm.h"
#include "kernels/common/lanes_pixels.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels.h"

namespace bitplace {
namespace {

template <typename L, std::size_t kPixels>
inline void normalize_pixels(const float* input, float* output, std::int64_t channels) {
  using Floats = typename L::Floats;
  float squares[kPixels];
  sum_channels<L, kPixels>(
      input, channels, [](Floats x, std::size_t) { return L::multiply(x, x); }, squares);
  for (std::size_t p = 0; p < kPixels; ++p) {
    const Floats scale = L::set(reciprocal_norm<L>(static_cast<double>(squares[p])));
    const std::int64_t pixel = static_cast<std::int64_t>(p) * channels;
    transform<L>(
        output + pixel, channels, [=](Floats x) { return L::multiply(x, scale); }, input + pixel);
  }
}

template <typename L>
void run(const L2NormalizeChannelsCall& call, std::int64_t begin, std::int64_t end) {
  for_each_pixels<L>(begin, end, [&](auto pixels, std::int64_t first) {
    normalize_pixels<L, pixels>(call.input + first * call.channels, call.output + first * call.channels,
                                call.channels);
  });
}

}  // namespace
}  // namespace bitplace
