// The definition of casts between f32 and f16: one element at a time.

#include "kernels/cast/cast.h"
#include "kernels/common/half.h"

namespace bitplace {
namespace {

void run_f32_f16(const CastCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const float*>(call.input);
  auto* output = static_cast<std::uint16_t*>(call.output);
  for (std::int64_t i = begin; i < end; ++i)
    output[i] = float_to_half(input[i]);
}

void run_f16_f32(const CastCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const std::uint16_t*>(call.input);
  auto* output = static_cast<float*>(call.output);
  for (std::int64_t i = begin; i < end; ++i)
    output[i] = half_to_float(input[i]);
}

}  // namespace

extern const CastKernel cast__ref = {"cast__ref", 0, run_f32_f16, run_f16_f32};

}  // namespace bitplace
