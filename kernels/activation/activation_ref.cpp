// The definition of the activations: one element at a time.

#include "kernels/activation/activation.h"

#include "kernels/activation/elementary.h"
#include "kernels/activation/elementary_constants.h"
#include "kernels/common/half.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace {
namespace {

float leaky_tanh(float x, float alpha) {
  const float inside = clamp_number(x, -1.0f, 1.0f);
  return inside + alpha * (x - inside);
}

float hard_sigmoid(float x) {
  return clamp_number(x + 3.0f, 0.0f, 6.0f) * kSixth;
}

float gelu_erf(float x) {
  return (0.5f * x) * (1.0f + erf_f32(x * kSqrtHalf));
}

float gelu_tanh(float x) {
  const float cube = (x * x) * x;
  return (0.5f * x) * (1.0f + tanh_f32(kGeluTanhScale * (x + kGeluTanhCube * cube)));
}

float activate(ActivationKind kind, float alpha, float x) {
  switch (kind) {
    case ActivationKind::relu:
      return at_least(x, 0.0f);
    case ActivationKind::relu6:
      return clamp_number(x, 0.0f, 6.0f);
    case ActivationKind::hard_tanh:
      return clamp_number(x, -1.0f, 1.0f);
    case ActivationKind::leaky_tanh:
      return leaky_tanh(x, alpha);
    case ActivationKind::leaky_relu:
      return x < 0.0f ? alpha * x : x;
    case ActivationKind::hard_sigmoid:
      return hard_sigmoid(x);
    case ActivationKind::hard_swish:
      return x * hard_sigmoid(x);
    case ActivationKind::sigmoid:
      return sigmoid_f32(x);
    case ActivationKind::silu:
      return x * sigmoid_f32(x);
    case ActivationKind::gelu_erf:
      return gelu_erf(x);
    case ActivationKind::gelu_tanh:
      return gelu_tanh(x);
    case ActivationKind::tanh:
      break;
  }
  return tanh_f32(x);
}

void run_f32(const ActivationCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const float*>(call.input);
  auto* output = static_cast<float*>(call.output);
  for (std::int64_t i = begin; i < end; ++i)
    output[i] = activate(call.kind, call.alpha, input[i]);
}

void run_f16(const ActivationCall& call, std::int64_t begin, std::int64_t end) {
  const auto* input = static_cast<const std::uint16_t*>(call.input);
  auto* output = static_cast<std::uint16_t*>(call.output);
  for (std::int64_t i = begin; i < end; ++i)
    output[i] = float_to_half(activate(call.kind, call.alpha, half_to_float(input[i])));
}

}  // namespace

extern const ActivationKernel activation__ref = {"activation__ref", 0, run_f32, run_f16};

}  // namespace bitplace
