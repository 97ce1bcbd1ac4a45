// A map times one value per channel (kernels/multiply_channels/multiply_channels.h) on the GPU. Every image
// has gates of its own, one image's behind another's.
#pragma once

#include "cuda/common/scalar_math.h"
#include "cuda/elementwise/elementwise.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/multiply_channels/multiply_channels.h"

namespace bitplace::cuda {

template <typename Element>
BITPLACE_DEVICE float gate_of(const MultiplyChannelsCall& call, std::int64_t image, std::int64_t channel) {
  return number_of(static_cast<const Element*>(call.gate)[image * call.channels + channel]);
}

struct MultiplyCodes : ChannelsOperation<MultiplyCodes, MultiplyChannelsCall, std::int8_t, std::int8_t> {
  static BITPLACE_DEVICE std::int8_t apply(const MultiplyChannelsCall& call, std::int8_t x,
                                           std::int64_t image, std::int64_t channel) {
    const float product = number_of(x) * gate_of<std::int8_t>(call, image, channel);
    return static_cast<std::int8_t>(round_half_even(clamp_number(product * call.scale, call.low, call.high)));
  }
};

// Element: float, or std::uint16_t for f16.
template <typename Element>
struct MultiplyNumbers : ChannelsOperation<MultiplyNumbers<Element>, MultiplyChannelsCall, Element, Element> {
  static BITPLACE_DEVICE Element apply(const MultiplyChannelsCall& call, Element x, std::int64_t image,
                                       std::int64_t channel) {
    const float product = number_of(x) * gate_of<Element>(call, image, channel);
    return element_of<Element>(clamp_number(product, call.low, call.high));
  }
};

}  // namespace bitplace::cuda
