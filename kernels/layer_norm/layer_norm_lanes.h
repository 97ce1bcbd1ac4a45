// Layer normalisation with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/common/lanes_pixels.h"
#include "kernels/layer_norm/layer_norm.h"

namespace bitplace {
namespace {

// ((x - mean) * scale) * weight + bias. Weight and bias are read once for all pixels.
template <typename L, std::size_t kPixels>
inline void write_pixels(const LayerNormCall& call, std::int64_t first, const typename L::Floats* mean,
                         const typename L::Floats* scale) {
  using Floats = typename L::Floats;
  const float* input = call.input + first * call.channels;
  float* output = call.output + first * call.channels;
  const auto normalized = [](Floats x, Floats mean_of_pixel, Floats scale_of_pixel, Floats weight,
                             Floats bias) {
    return L::add(L::multiply(L::multiply(L::subtract(x, mean_of_pixel), scale_of_pixel), weight), bias);
  };
  if (call.channels < L::kFloats) {
    for (std::size_t p = 0; p < kPixels; ++p) {
      const std::int64_t pixel = static_cast<std::int64_t>(p) * call.channels;
      transform<L>(
          output + pixel, call.channels,
          [&](Floats x, Floats weight, Floats bias) {
            return normalized(x, mean[p], scale[p], weight, bias);
          },
          input + pixel, call.weight, call.bias);
    }
    return;
  }
  const auto step = [&](std::int64_t c) {
    const Floats weight = L::load(call.weight + c), bias = L::load(call.bias + c);
#pragma GCC unroll 4
    for (std::size_t p = 0; p < kPixels; ++p) {
      const std::int64_t at = static_cast<std::int64_t>(p) * call.channels + c;
      L::store(output + at, normalized(L::load(input + at), mean[p], scale[p], weight, bias));
    }
  };
  std::int64_t c = 0;
  for (; c + L::kFloats <= call.channels; c += L::kFloats)
    step(c);
  if (c < call.channels) step(call.channels - L::kFloats);  // repeats some channels
}

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
  Floats scale[kPixels];
  for (std::size_t p = 0; p < kPixels; ++p) {
    const auto variance = static_cast<double>(squares[p] / channels);
    scale[p] = L::set(static_cast<float>(1.0 / L::square_root(variance + static_cast<double>(call.epsilon))));
  }
  write_pixels<L, kPixels>(call, first, mean, scale);
}

template <typename L>
void run(const LayerNormCall& call, std::int64_t begin, std::int64_t end) {
  for_each_pixels<L>(begin, end,
                     [&](auto pixels, std::int64_t first) { normalize_pixels<L, pixels>(call, first); });
}

}  // namespace
}  // namespace bitplace
