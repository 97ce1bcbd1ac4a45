// The definition of addition: one element at a time.

#include "kernels/add/add.h"
#include "kernels/common/half.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace {
namespace {

void run_s8(const AddCall& call, std::int64_t begin, std::int64_t end) {
  const auto* a = static_cast<const std::int8_t*>(call.a);
  const auto* b = static_cast<const std::int8_t*>(call.b);
  auto* output = static_cast<std::int8_t*>(call.output);
  for (std::int64_t i = begin; i < end; ++i) {
    const float scaled_a = static_cast<float>(a[i]) * call.scale_a;
    const float scaled_b = static_cast<float>(b[i]) * call.scale_b;
    output[i] = round_half_even_s8(clamp_number(scaled_a + scaled_b, call.low, call.high));
  }
}

void run_f32(const AddCall& call, std::int64_t begin, std::int64_t end) {
  const auto* a = static_cast<const float*>(call.a);
  const auto* b = static_cast<const float*>(call.b);
  auto* output = static_cast<float*>(call.output);
  for (std::int64_t i = begin; i < end; ++i)
    output[i] = clamp_number(a[i] + b[i], call.low, call.high);
}

void run_f16(const AddCall& call, std::int64_t begin, std::int64_t end) {
  const auto* a = static_cast<const std::uint16_t*>(call.a);
  const auto* b = static_cast<const std::uint16_t*>(call.b);
  auto* output = static_cast<std::uint16_t*>(call.output);
  for (std::int64_t i = begin; i < end; ++i) {
    const float sum = half_to_float(a[i]) + half_to_float(b[i]);
    output[i] = float_to_half(clamp_number(sum, call.low, call.high));
  }
}

}  // namespace

extern const AddKernel add__ref = {"add__ref", 0, run_s8, run_f32, run_f16};

}  // namespace bitplace
