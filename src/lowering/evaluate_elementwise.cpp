#include <algorithm>
#include <cmath>

#include "lowering/evaluate_operations.h"

namespace bitplace::evaluation {
namespace {

double clamped(double x, float low, float high) {
  return std::clamp(x, static_cast<double>(low), static_cast<double>(high));
}

double hard_sigmoid(double x) {
  return std::clamp(x + 3.0, 0.0, 6.0) / 6.0;
}

double sigmoid(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

double gelu_tanh(double x) {
  const double scale = std::sqrt(2.0 / std::acos(-1.0));
  return 0.5 * x * (1.0 + std::tanh(scale * (x + 0.044715 * x * x * x)));
}

double activate(ActivationKind kind, double alpha, double x) {
  switch (kind) {
    case ActivationKind::relu:
      return std::max(x, 0.0);
    case ActivationKind::relu6:
      return std::clamp(x, 0.0, 6.0);
    case ActivationKind::hard_tanh:
      return std::clamp(x, -1.0, 1.0);
    case ActivationKind::leaky_tanh:
      return std::clamp(x, -1.0, 1.0) + alpha * (x - std::clamp(x, -1.0, 1.0));
    case ActivationKind::leaky_relu:
      return x < 0.0 ? alpha * x : x;
    case ActivationKind::hard_sigmoid:
      return hard_sigmoid(x);
    case ActivationKind::hard_swish:
      return x * hard_sigmoid(x);
    case ActivationKind::sigmoid:
      return sigmoid(x);
    case ActivationKind::silu:
      return x * sigmoid(x);
    case ActivationKind::gelu_erf:
      return 0.5 * x * (1.0 + std::erf(x * std::sqrt(0.5)));
    case ActivationKind::gelu_tanh:
      return gelu_tanh(x);
    case ActivationKind::tanh:
      break;
  }
  return std::tanh(x);
}

template <typename Function>
Numbers each(const Numbers& input, Function function) {
  Numbers output(input.size());
  std::transform(input.begin(), input.end(), output.begin(), function);
  return output;
}

}  // namespace

double code_of(float x, float low, float high) {
  return static_cast<double>(std::nearbyint(std::clamp(x, std::max(low, -127.0f), std::min(high, 127.0f))));
}

double nearest_half(double x) {
  constexpr int kFractionBits = 10, kSmallestExponent = -14;
  if (x == 0.0 || !std::isfinite(x)) return x;
  const int exponent = std::max(std::ilogb(x), kSmallestExponent);
  const double rounded =
      std::ldexp(std::nearbyint(std::ldexp(x, kFractionBits - exponent)), exponent - kFractionBits);
  return std::fabs(rounded) < 65536.0 ? rounded : std::copysign(HUGE_VAL, x);
}

double value_of_half(std::uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 31) magnitude = fraction == 0 ? HUGE_VAL : std::nan("");
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

Numbers threshold(const Operation& operation, const Numbers& input) {
  const bool floats = operation.constant_type("threshold") == DataType::f32;
  const auto* integers = operation.constants<std::int32_t>("threshold");
  const auto* numbers = operation.constants<float>("threshold");
  const auto* flip = operation.constants<std::uint8_t>("flip");
  const auto channels = static_cast<std::size_t>(operation.output().shape[3]);
  Numbers output(input.size());
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::size_t c = i % channels;
    const double threshold = floats ? static_cast<double>(numbers[c]) : static_cast<double>(integers[c]);
    output[i] = meaning((input[i] < threshold) != (flip[c] != 0));
  }
  return output;
}

Numbers sign(const Operation& operation) {
  return each(operation.first, [](double x) { return meaning(x < 0.0); });
}

Numbers quantize(const Operation& operation) {
  const auto& a = operation.attributes<QuantizeAttributes>();
  return each(operation.first, [&](double x) {
    const float scaled = static_cast<float>(x) * a.scale;
    if (std::isnan(x)) return 0.0;
    return operation.gives_codes() ? code_of(scaled, a.low, a.high)
                                   : static_cast<double>(std::nearbyint(std::clamp(scaled, a.low, a.high)));
  });
}

// In binary32, each step rounded, as training quantizes; a NaN is code 0.
Numbers levels(const Operation& operation) {
  const auto& a = operation.attributes<LevelsAttributes>();
  return each(operation.first, [&](double x) {
    const float scaled = static_cast<float>(x) * a.scale;
    const float position = scaled + a.offset;
    const float code = position > 0.0f ? std::nearbyint(std::min(position, a.high)) : 0.0f;
    const float level = code * a.step;
    return static_cast<double>(level + a.base);
  });
}

Numbers add(const Operation& operation) {
  const auto& attributes = operation.attributes<AddAttributes>();
  Numbers output(operation.first.size());
  for (std::size_t i = 0; i < output.size(); ++i) {
    const double a = operation.first[i], b = (*operation.second)[i];
    if (operation.gives_codes()) {
      const float from_a = static_cast<float>(a) * attributes.scale_a;
      const float from_b = static_cast<float>(b) * attributes.scale_b;
      output[i] = code_of(from_a + from_b, attributes.low, attributes.high);
    } else {
      output[i] = clamped(a + b, attributes.low, attributes.high);
    }
  }
  return output;
}

Numbers activation(const Operation& operation) {
  const auto& a = operation.attributes<ActivationAttributes>();
  return each(operation.first, [&](double x) { return activate(a.kind, static_cast<double>(a.alpha), x); });
}

Numbers lookup(const Operation& operation) {
  const auto* table = operation.constants<std::int8_t>("table");
  const double first = operation.input().type == DataType::s8 ? -128.0 : 0.0;
  return each(operation.first,
              [&](double x) { return static_cast<double>(table[static_cast<std::size_t>(x - first)]); });
}

Numbers dequantize(const Operation& operation) {
  const auto* scale = operation.constants<float>("scale");
  const auto* bias = operation.constants<float>("bias");
  const float of_codes = operation.attributes<DequantizeAttributes>().scale;
  Numbers output(operation.first.size());
  for (std::size_t i = 0; i < output.size(); ++i) {
    const std::size_t c = i % operation.channels();
    float x = static_cast<float>(operation.first[i]) * (scale != nullptr ? scale[c] : of_codes);
    if (bias != nullptr) x = x + bias[c];
    output[i] = static_cast<double>(x);
  }
  return output;
}

Numbers multiply_channels(const Operation& operation) {
  const auto& a = operation.attributes<MultiplyChannelsAttributes>();
  Numbers output(operation.first.size());
  for (std::size_t i = 0; i < output.size(); ++i) {
    const double product = operation.first[i] * (*operation.second)[i % operation.channels()];
    output[i] = operation.gives_codes() ? code_of(static_cast<float>(product) * a.scale, a.low, a.high)
                                        : clamped(product, a.low, a.high);
  }
  return output;
}

}  // namespace bitplace::evaluation
