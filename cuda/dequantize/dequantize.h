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
  static BITPLACE_DEVICE float apply(const DequantizeChannelsCall& call, std::int32_t x, std::int64_t,
                                     std::int64_t channel) {
    const float scaled = number_of(x) * call.scale[channel];
    return call.bias != nullptr ? scaled + call.bias[channel] : scaled;
  }
};

}  // namespace bitplace::cuda
