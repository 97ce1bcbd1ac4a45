// The definition of a map times one value per channel: one element at a time.

#include "kernels/common/half.h"
#include "kernels/common/reference_numbers.h"
#include "kernels/multiply_channels/multiply_channels.h"

namespace bitplace {
namespace {

void run_s8(const MultiplyChannelsCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const std::int8_t*>(call.input);
  const auto* gate = static_cast<const std::int8_t*>(call.gate);
  auto* output = static_cast<std::int8_t*>(call.output);
  for (std::int64_t i = begin * call.channels; i < end * call.channels; ++i) {
    const float product = static_cast<float>(input[i]) * static_cast<float>(gate[i % call.channels]);
    output[i] = round_half_even_s8(clamp_number(product * call.scale, call.low, call.high));
  }
}

void run_f32(const MultiplyChannelsCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const float*>(call.input);
  const auto* gate = static_cast<const float*>(call.gate);
  auto* output = static_cast<float*>(call.output);
  for (std::int64_t i = begin * call.channels; i < end * call.channels; ++i)
    output[i] = clamp_number(input[i] * gate[i % call.channels], call.low, call.high);
}

void run_f16(const MultiplyChannelsCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const std::uint16_t*>(call.input);
  const auto* gate = static_cast<const std::uint16_t*>(call.gate);
  auto* output = static_cast<std::uint16_t*>(call.output);
  for (std::int64_t i = begin * call.channels; i < end * call.channels; ++i) {
    const float product = half_to_float(input[i]) * half_to_float(gate[i % call.channels]);
    output[i] = float_to_half(clamp_number(product, call.low, call.high));
  }
}

}  // namespace

extern const MultiplyChannelsKernel multiply_channels__ref = {"multiply_channels__ref", 0, run_s8, run_f32,
                                                              run_f16};

}  // namespace bitplace
