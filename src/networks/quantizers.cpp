#include "networks/quantizers.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "core/error.h"
#include "networks/named_tensors.h"

namespace bitplace {
namespace {

using Kind = QuantizerKind;

struct Named {
  const char* name;
  Kind kind;
  bool weights, activations;
  int bits = 1;
};

constexpr Named kQuantizers[] = {
    {"none", Kind::none, true, true},
    {"ste_sign", Kind::sign, true, true},
    {"approx_sign", Kind::sign, true, true},
    {"swish_sign", Kind::sign, true, true},
    {"magnitude_aware_sign", Kind::magnitude_aware_sign, true, false},
    {"layer_scaled_sign", Kind::layer_scaled_sign, true, false},
    {"ste_tern", Kind::ternary, true, true},
    {"adaptive_ste_tern", Kind::adaptive_ternary, true, false},
    {"dorefa_1", Kind::dorefa, true, true, 1},
    {"dorefa_2", Kind::dorefa, true, true, 2},
    {"dorefa_4", Kind::dorefa, true, true, 4},
    {"dorefa_8", Kind::dorefa, true, true, 8},
    {"level_sign_2", Kind::level_sign, true, true, 2},
    {"level_sign_4", Kind::level_sign, true, true, 4},
    {"level_sign_8", Kind::level_sign, true, true, 8},
    {"hard_tanh", Kind::hard_tanh, false, true},
    {"leaky_tanh", Kind::leaky_tanh, false, true},
};

constexpr double kTernaryThreshold = 0.05;
constexpr double kAdaptiveThreshold = 0.7;  // times the mean magnitude

Result<Quantizer> find(std::string_view name, const char* of, bool Named::*takes) {
  if (name.empty()) return Quantizer{};
  std::vector<std::string> known;
  for (const Named& quantizer : kQuantizers) {
    if (!(quantizer.*takes)) continue;
    if (name == quantizer.name) return Quantizer{quantizer.kind, quantizer.bits};
    known.emplace_back(quantizer.name);
  }
  return make_error(ErrorCode::invalid_argument, "quantizer '" + std::string(name) + "'",
                    std::string("is none of ") + of + ": known are " + list_names(known));
}

using Magnitude = std::function<double(double)>;

double mean(const float* values, std::size_t count, const Magnitude& of) {
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i)
    sum += of(static_cast<double>(values[i]));
  return sum / static_cast<double>(count);
}

double magnitude(double x) {
  return std::abs(x);
}

double clipped_magnitude(double x) {
  return std::min(std::abs(x), 1.0);
}

double largest_tanh(const std::vector<float>& latent) {
  double largest = 0.0;
  for (const float weight : latent)
    largest = std::max(largest, std::abs(std::tanh(static_cast<double>(weight))));
  return largest > 0.0 ? largest : 1.0;
}

// The whole number that a weight becomes.
using Level = std::function<double(double)>;

Level sign_level() {
  return [](double w) { return w < 0.0 ? -1.0 : 1.0; };
}

Level ternary_level(double threshold) {
  return [threshold](double w) { return w >= threshold ? 1.0 : w <= -threshold ? -1.0 : 0.0; };
}

// 2 round(n (tanh(w) / (2 largest) + 1/2)) - n: halves round to even.
Level dorefa_level(double steps, double largest) {
  return [steps, largest](double w) {
    return 2.0 * std::nearbyint(steps * (std::tanh(w) / (2.0 * largest) + 0.5)) - steps;
  };
}

// Code 0 is +1: halves round to the even code.
Level level_sign_level(double steps) {
  return [steps](double w) {
    const double half = (steps + 1.0) / 2.0;
    return steps - 2.0 * std::nearbyint(std::clamp(half - 0.5 - half * w, 0.0, steps));
  };
}

Level level_of(const Quantizer& quantizer, const std::vector<float>& latent) {
  const double steps = static_cast<double>((1 << quantizer.bits) - 1);
  switch (quantizer.kind) {
    case Kind::ternary:
      return ternary_level(kTernaryThreshold);
    case Kind::adaptive_ternary:
      return ternary_level(kAdaptiveThreshold * mean(latent.data(), latent.size(), clipped_magnitude));
    case Kind::dorefa:
      return dorefa_level(steps, largest_tanh(latent));
    case Kind::level_sign:
      return level_sign_level(steps);
    default:
      return sign_level();
  }
}

std::vector<float> scales_of(const Quantizer& quantizer, const std::vector<float>& latent,
                             std::size_t filters) {
  const std::size_t depth = latent.size() / filters;
  std::vector<float> scales(filters, 1.0f);
  if (quantizer.kind == Kind::dorefa || quantizer.kind == Kind::level_sign)
    scales.assign(filters, 1.0f / static_cast<float>((1 << quantizer.bits) - 1));
  if (quantizer.kind == Kind::layer_scaled_sign)
    scales.assign(filters, static_cast<float>(mean(latent.data(), latent.size(), magnitude)));
  for (std::size_t f = 0; quantizer.kind == Kind::magnitude_aware_sign && f < filters; ++f)
    scales[f] = static_cast<float>(mean(&latent[f * depth], depth, magnitude));
  return scales;
}

}  // namespace

Result<Quantizer> weight_quantizer(std::string_view name) {
  return find(name, "the weights' quantizers", &Named::weights);
}

Result<Quantizer> activation_quantizer(std::string_view name) {
  return find(name, "the activations' quantizers", &Named::activations);
}

bool Quantizer::is_binary() const {
  const bool sign =
      kind == Kind::sign || kind == Kind::magnitude_aware_sign || kind == Kind::layer_scaled_sign;
  return sign || ((kind == Kind::dorefa || kind == Kind::level_sign) && bits == 1);
}

bool WeightLevels::is_scaled() const {
  return std::any_of(scale.begin(), scale.end(), [](float x) { return x != 1.0f; });
}

WeightLevels weight_levels(const Quantizer& quantizer, const std::vector<float>& latent,
                           std::size_t filters) {
  WeightLevels weights;
  const Level level = level_of(quantizer, latent);
  for (const float weight : latent)
    weights.level.push_back(static_cast<float>(level(static_cast<double>(weight))));
  weights.scale = scales_of(quantizer, latent, filters);
  return weights;
}

}  // namespace bitplace
