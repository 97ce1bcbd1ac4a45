// Layer normalisation with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/common/lanes_pixels.h"
#include "kernels/layer_norm/layer_norm.h"

namespace bitplace {
namespace {

// Several pixels: the second and third pass find them in the first-level cache.
template <typename L, std::size_t kPixels>
inline void normalize_pixels(const LayerNormCall& call, std::int64_t first) {
  using Floats = typename L::Floats;
  const float* input = call.input + first * call.channels;
  const auto channels = static_cast<float>(call.channels);
  float sums[kPixels], squares[kPixels];
  sum_channels<L, kPixels>(
      input, call.channels, [](Floats x, std::size_t) { return x; }, sums);
  Floats mean[kPixels];
  for (std::size_t p = 0; p < kPixels; ++p)
    mean[p] = L::set(sums[p] / channels);
  const auto square = [&](Floats x, std::size_t p) {
    const Floats difference = L::subtract(x, mean[p]);
    return L::multiply(difference, difference);
  };
  sum_channels<L, kPixels>(input, call.channels, square, squares);
  for (std::size_t p = 0; p < kPixels; ++p) {
    const auto variance = static_cast<double>(squares[p] / channels);
    const auto factor =
        static_cast<float>(1.0 / L::square_root(variance + static_cast<double>(call.epsilon)));
    const Floats scale = L::set(factor);
    const Floats mean_of_pixel = mean[p];
    const std::int64_t pixel = static_cast<std::int64_t>(p) * call.channels;
    transform<L>(
        call.output + first * call.channels + pixel, call.channels,
        [=](Floats x, Floats weight, Floats bias) {
          const Floats normalized = L::multiply(L::subtract(x, mean_of_pixel), scale);
          return L::add(L::multiply(normalized, weight), bias);
        },
        input + pixel, call.weight, call.bias);
  }
}

template <typename L>
void run(const LayerNormCall& call, std::int64_t begin, std::int64_t end) {
  for_each_pixels<L>(begin, end,
                     [&](auto pixels, std::int64_t first) { normalize_pixels<L, pixels>(call, first); });
}

}  // namespace
}  // namespace bitplace
