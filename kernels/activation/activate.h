// The activations of activation.h, one number at a time, where they must compile for an NVIDIA GPU too.
// Internal linkage throughout.
#pragma once

#include "kernels/activation/activation.h"
#include "kernels/activation/elementary_scalar.h"

namespace bitplace {
namespace {

BITPLACE_DEVICE float leaky_tanh(float x, float alpha) {
  const float inside = clamp_number(x, -1.0f, 1.0f);
  return inside + alpha * (x - inside);
}

BITPLACE_DEVICE float hard_sigmoid(float x) {
  return clamp_number(x + 3.0f, 0.0f, 6.0f) * kSixth;
}

BITPLACE_DEVICE float gelu_erf(float x) {
  return (0.5f * x) * (1.0f + erf_of(x * kSqrtHalf));
}

BITPLACE_DEVICE float gelu_tanh(float x) {
  const float cube = (x * x) * x;
  return (0.5f * x) * (1.0f + tanh_of(kGeluTanhScale * (x + kGeluTanhCube * cube)));
}

BITPLACE_DEVICE float activate(ActivationKind kind, float alpha, float x) {
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
      return sigmoid_of(x);
    case ActivationKind::silu:
      return x * sigmoid_of(x);
    case ActivationKind::gelu_erf:
      return gelu_erf(x);
    case ActivationKind::gelu_tanh:
      return gelu_tanh(x);
    case ActivationKind::tanh:
      break;
  }
  return tanh_of(x);
}

}  // namespace
}  // namespace bitplace
