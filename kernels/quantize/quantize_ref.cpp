// The definition of descriptor quantization: one element at a time.

#include <cmath>

#include "kernels/quantize/quantize.h"

namespace bitplace {
namespace {

std::int8_t quantize_one(float x, float scale) {
  const float scaled = x * scale;
  if (std::isnan(scaled)) return 0;
  const float clamped = scaled < -127.0f ? -127.0f : scaled > 127.0f ? 127.0f : scaled;
  return static_cast<std::int8_t>(std::nearbyint(clamped));  // the default rounding mode: half to even
}

void run_s32(const std::int32_t* input, float scale, std::int8_t* output, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    output[i] = quantize_one(static_cast<float>(input[i]), scale);
}

void run_f32(const float* input, float scale, std::int8_t* output, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i)
    output[i] = quantize_one(input[i], scale);
}

}  // namespace

extern const QuantizeKernel quantize__ref = {"quantize__ref", 0, run_s32, run_f32};

}  // namespace bitplace
