// Codes and accumulators to numbers (kernels/dequantize/dequantize.h) on the GPU.
#pragma once

#include "cuda/elementwise/elementwise.h"
#include "kernels/dequantize/dequantize.h"

namespace bitplace::cuda {

// Out: float, or std::uint16_t for f16.
template <typename Out>
struct Dequantize : UnaryOperation<Dequantize<Out>, DequantizeCall, std::int8_t, Out> {
  static BITPLACE_DEVICE Out apply(const DequantizeCall& call, std::int8_t x) {
    return element_of<Out>(number_of(x) * call.scale);
  }
};

struct DequantizeChannels
    : ChannelsOperation<DequantizeChannels, DequantizeChannelsCall, std::int32_t, float> {
  template <int kCount>
  struct Constants {
    Packet<float, kCount> scale, bias;
  };
  template <int kCount>
  static BITPLACE_DEVICE Constants<kCount> constants(const DequantizeChannelsCall& call, std::int64_t,
                                                     std::int64_t channel) {
    Constants<kCount> constants = {load<kCount>(call.scale + channel), {}};
    if (call.bias != nullptr) constants.bias = load<kCount>(call.bias + channel);
    return constants;
  }
  static BITPLACE_DEVICE bool constants_fit(const DequantizeChannelsCall& call) {
    return cuda::fits_packets<float, kStep>(call.scale) && cuda::fits_packets<float, kStep>(call.bias);
  }
  template <int kCount>
  static BITPLACE_DEVICE float apply(const DequantizeChannelsCall& call, std::int32_t x,
                                     const Constants<kCount>& constants, int i) {
    const float scaled = number_of(x) * constants.scale.at[i];
    return call.bias != nullptr ? scaled + constants.bias.at[i] : scaled;
  }
};

}  // namespace bitplace::cuda
