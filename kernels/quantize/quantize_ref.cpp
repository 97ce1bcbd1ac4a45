// The definition of quantization: one element at a time.

#include <cmath>

#include "kernels/common/half.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/quantize/quantize.h"

namespace bitplace {
namespace {

std::int8_t quantize_one(const QuantizeCall& call, float x) {
  const float scaled = x * call.scale;
  return std::isnan(scaled) ? std::int8_t{0} : round_half_even_s8(clamp_number(scaled, call.low, call.high));
}

void run_s32(const QuantizeCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const std::int32_t*>(call.input);
  for (std::int64_t i = begin; i < end; ++i)
    call.output[i] = quantize_one(call, static_cast<float>(input[i]));
}

void run_f32(const QuantizeCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const float*>(call.input);
  for (std::int64_t i = begin; i < end; ++i)
    call.output[i] = quantize_one(call, input[i]);
}

void run_f16(const QuantizeCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const std::uint16_t*>(call.input);
  for (std::int64_t i = begin; i < end; ++i)
    call.output[i] = quantize_one(call, half_to_float(input[i]));
}

void run_unsigned(const UnsignedQuantizeCall& call, std::int64_t begin, std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i) {
    const float scaled = call.input[i] * call.scale;
    const float code = std::isnan(scaled) ? 0.0f : std::nearbyint(clamp_number(scaled, 0.0f, call.high));
    call.output[i] = static_cast<std::uint8_t>(code);
  }
}

}  // namespace

extern const QuantizeKernel quantize__ref = {"quantize__ref", 0, run_s32, run_f32, run_f16, run_unsigned};

}  // namespace bitplace
