// Numbers to codes (kernels/quantize/quantize.h) on the GPU.
#pragma once

#include "cuda/common/scalar_math.h"
#include "cuda/elementwise/elementwise.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/quantize/quantize.h"

namespace bitplace::cuda {

BITPLACE_DEVICE std::int32_t quantized(float x, float scale, float low, float high) {
  const float scaled = x * scale;
  return scaled != scaled ? 0 : round_half_even(clamp_number(scaled, low, high));
}

// In: std::int32_t, float, or std::uint16_t for f16.
template <typename In>
struct Quantize : UnaryOperation<Quantize<In>, QuantizeCall, In, std::int8_t> {
  static BITPLACE_DEVICE std::int8_t apply(const QuantizeCall& call, In x) {
    return static_cast<std::int8_t>(quantized(number_of(x), call.scale, call.low, call.high));
  }
};

struct UnsignedQuantize : UnaryOperation<UnsignedQuantize, UnsignedQuantizeCall, float, std::uint8_t> {
  static BITPLACE_DEVICE std::uint8_t apply(const UnsignedQuantizeCall& call, float x) {
    return static_cast<std::uint8_t>(quantized(x, call.scale, 0.0f, call.high));
  }
};

}  // namespace bitplace::cuda
