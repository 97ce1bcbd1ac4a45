// A map times one value per channel (kernels/multiply_channels/multiply_channels.h) on the GPU. Every image
// has gates of its own, one image's behind another's.
#pragma once

#include "cuda/common/scalar_math.h"
#include "cuda/elementwise/elementwise.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/multiply_channels/multiply_channels.h"

namespace bitplace::cuda {

// What codes and numbers share: the gates of neighbouring channels of one image.
template <class Derived, typename Element>
struct GateChannels : ChannelsOperation<Derived, MultiplyChannelsCall, Element, Element> {
  template <int kCount>
  using Constants = Packet<Element, kCount>;

  template <int kCount>
  static BITPLACE_DEVICE Constants<kCount> constants(const MultiplyChannelsCall& call, std::int64_t image,
                                                     std::int64_t channel) {
    return load<kCount>(static_cast<const Element*>(call.gate) + image * call.channels + channel);
  }
  static BITPLACE_DEVICE bool constants_fit(const MultiplyChannelsCall& call) {
    return cuda::fits_packets<Element, kPacketBytes / sizeof(Element)>(call.gate);
  }
  // Exact for codes and halves.
  template <int kCount>
  static BITPLACE_DEVICE float product(Element x, const Constants<kCount>& gates, int i) {
    return number_of(x) * number_of(gates.at[i]);
  }
};

struct MultiplyCodes : GateChannels<MultiplyCodes, std::int8_t> {
  template <int kCount>
  static BITPLACE_DEVICE std::int8_t apply(const MultiplyChannelsCall& call, std::int8_t x,
                                           const Packet<std::int8_t, kCount>& gates, int i) {
    const float scaled = product<kCount>(x, gates, i) * call.scale;
    return static_cast<std::int8_t>(round_half_even(clamp_number(scaled, call.low, call.high)));
  }
};

// Element: float, or std::uint16_t for f16.
template <typename Element>
struct MultiplyNumbers : GateChannels<MultiplyNumbers<Element>, Element> {
  template <int kCount>
  static BITPLACE_DEVICE Element apply(const MultiplyChannelsCall& call, Element x,
                                       const Packet<Element, kCount>& gates, int i) {
    const float product = MultiplyNumbers::template product<kCount>(x, gates, i);
    return element_of<Element>(clamp_number(product, call.low, call.high));
  }
};

}  // namespace bitplace::cuda
