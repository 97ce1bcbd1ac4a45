// The definition of dequantization: one element at a time.

#include "kernels/common/half.h"
#include "kernels/dequantize/dequantize.h"

namespace bitplace {
namespace {

void run_s8_f32(const DequantizeCall& call, std::int64_t begin, std::int64_t end) {
  auto* output = static_cast<float*>(call.output);
  for (std::int64_t i = begin; i < end; ++i)
    output[i] = static_cast<float>(call.input[i]) * call.scale;
}

void run_s8_f16(const DequantizeCall& call, std::int64_t begin, std::int64_t end) {
  auto* output = static_cast<std::uint16_t*>(call.output);
  for (std::int64_t i = begin; i < end; ++i)
    output[i] = float_to_half(static_cast<float>(call.input[i]) * call.scale);
}

void run_s32_f32(const DequantizeChannelsCall& call, std::int64_t begin, std::int64_t end) {
  for (std::int64_t i = begin * call.channels; i < end * call.channels; ++i) {
    const std::int64_t c = i % call.channels;
    const float scaled = static_cast<float>(call.input[i]) * call.scale[c];
    call.output[i] = call.bias != nullptr ? scaled + call.bias[c] : scaled;
  }
}

}  // namespace

extern const DequantizeKernel dequantize__ref = {"dequantize__ref", 0, run_s8_f32, run_s8_f16, run_s32_f32};

}  // namespace bitplace
