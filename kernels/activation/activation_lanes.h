// Activations with the lanes L of an instruction set. Included by instruction-set files only.
#pragma once

#include "kernels/activation/activation.h"
#include "kernels/activation/elementary_lanes.h"
#include "kernels/common/lanes_transform.h"

namespace bitplace {
namespace {

template <typename L>
inline typename L::Floats clamp(typename L::Floats x, float low, float high) {
  return L::at_most(L::at_least(x, L::set(low)), L::set(high));
}

template <typename L>
inline typename L::Floats leaky_tanh(typename L::Floats x, typename L::Floats alpha) {
  const typename L::Floats inside = clamp<L>(x, -1.0f, 1.0f);
  return L::add(inside, L::multiply(alpha, L::subtract(x, inside)));
}

template <typename L>
inline typename L::Floats hard_sigmoid(typename L::Floats x) {
  return L::multiply(clamp<L>(L::add(x, L::set(3.0f)), 0.0f, 6.0f), L::set(kSixth));
}

template <typename L>
inline typename L::Floats gelu_erf(typename L::Floats x) {
  const typename L::Floats erf_part = erf<L>(L::multiply(x, L::set(kSqrtHalf)));
  return L::multiply(L::multiply(L::set(0.5f), x), L::add(L::set(1.0f), erf_part));
}

template <typename L>
inline typename L::Floats gelu_tanh(typename L::Floats x) {
  using Floats = typename L::Floats;
  const Floats cube = L::multiply(L::multiply(x, x), x);
  const Floats inner = L::add(x, L::multiply(L::set(kGeluTanhCube), cube));
  const Floats tanh_part = tanh<L>(L::multiply(L::set(kGeluTanhScale), inner));
  return L::multiply(L::multiply(L::set(0.5f), x), L::add(L::set(1.0f), tanh_part));
}

// T: float, or std::uint16_t for f16.
template <typename L, typename T>
void run_activation(const ActivationCall& call, std::int64_t begin, std::int64_t end) {
  using Floats = typename L::Floats;
  const Floats alpha = L::set(call.alpha);
  const auto run = [&](auto body) {
    transform<L>(static_cast<T*>(call.output) + begin, end - begin, body,
                 static_cast<const T*>(call.input) + begin);
  };
  switch (call.kind) {
    case ActivationKind::relu:
      return run([](Floats x) { return L::at_least(x, L::set(0.0f)); });
    case ActivationKind::relu6:
      return run([](Floats x) { return clamp<L>(x, 0.0f, 6.0f); });
    case ActivationKind::hard_tanh:
      return run([](Floats x) { return clamp<L>(x, -1.0f, 1.0f); });
    case ActivationKind::leaky_tanh:
      return run([=](Floats x) { return leaky_tanh<L>(x, alpha); });
    case ActivationKind::leaky_relu:
      return run([=](Floats x) { return L::where_negative(x, L::multiply(alpha, x), x); });
    case ActivationKind::hard_sigmoid:
      return run([](Floats x) { return hard_sigmoid<L>(x); });
    case ActivationKind::hard_swish:
      return run([](Floats x) { return L::multiply(x, hard_sigmoid<L>(x)); });
    case ActivationKind::sigmoid:
      return run([](Floats x) { return sigmoid<L>(x); });
    case ActivationKind::silu:
      return run([](Floats x) { return L::multiply(x, sigmoid<L>(x)); });
    case ActivationKind::gelu_erf:
      return run([](Floats x) { return gelu_erf<L>(x); });
    case ActivationKind::gelu_tanh:
      return run([](Floats x) { return gelu_tanh<L>(x); });
    case ActivationKind::tanh:
      return run([](Floats x) { return tanh<L>(x); });
  }
}

}  // namespace
}  // namespace bitplace
