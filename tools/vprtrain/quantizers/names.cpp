#include <algorithm>
#include <span>

#include "vprtrain/quantizers/quantizers.h"

namespace bitplace::train {
namespace {

using torch::Tensor;

struct NamedQuantizer {
  const char* name;
  Quantizer quantizer;
};

Tensor swish_sign_5(const Tensor& x) {
  return swish_sign(x);
}
Tensor ste_tern_005(const Tensor& x) {
  return ste_tern(x);
}
Tensor leaky_tanh_02(const Tensor& x) {
  return leaky_tanh(x);
}
template <std::int64_t bits>
Tensor dorefa_activations_of(const Tensor& x) {
  return dorefa_activations(x, bits);
}
template <std::int64_t bits>
Tensor dorefa_weights_of(const Tensor& weight) {
  return dorefa_weights(weight, bits);
}
template <std::int64_t bits>
Tensor level_sign_of(const Tensor& x) {
  return level_sign(x, bits);
}
Tensor unquantized(const Tensor& x) {
  return x;
}

constexpr NamedQuantizer kActivations[] = {
    {"none", unquantized},
    {"ste_sign", ste_sign},
    {"approx_sign", approx_sign},
    {"swish_sign", swish_sign_5},
    {"ste_tern", ste_tern_005},
    {"dorefa_1", dorefa_activations_of<1>},
    {"dorefa_2", dorefa_activations_of<2>},
    {"dorefa_4", dorefa_activations_of<4>},
    {"dorefa_8", dorefa_activations_of<8>},
    {"level_sign_2", level_sign_of<2>},
    {"level_sign_4", level_sign_of<4>},
    {"level_sign_8", level_sign_of<8>},
    {"hard_tanh", hard_tanh},
    {"leaky_tanh", leaky_tanh_02},
};

constexpr NamedQuantizer kWeights[] = {
    {"none", unquantized},
    {"ste_sign", ste_sign},
    {"approx_sign", approx_sign},
    {"swish_sign", swish_sign_5},
    {"magnitude_aware_sign", magnitude_aware_sign},
    {"layer_scaled_sign", layer_scaled_sign},
    {"ste_tern", ste_tern_005},
    {"adaptive_ste_tern", adaptive_ste_tern},
    {"dorefa_1", dorefa_weights_of<1>},
    {"dorefa_2", dorefa_weights_of<2>},
    {"dorefa_4", dorefa_weights_of<4>},
    {"dorefa_8", dorefa_weights_of<8>},
    {"level_sign_2", level_sign_of<2>},
    {"level_sign_4", level_sign_of<4>},
    {"level_sign_8", level_sign_of<8>},
};

Quantizer find(std::span<const NamedQuantizer> list, const std::string& name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const NamedQuantizer& entry) { return entry.name == name; });
  return found == list.end() ? nullptr : found->quantizer;
}

std::vector<std::string> names(std::span<const NamedQuantizer> list) {
  std::vector<std::string> all;
  for (const NamedQuantizer& entry : list)
    all.emplace_back(entry.name);
  return all;
}

}  // namespace

Quantizer find_activation_quantizer(const std::string& name) {
  return find(kActivations, name);
}
Quantizer find_weight_quantizer(const std::string& name) {
  return find(kWeights, name);
}
std::vector<std::string> activation_quantizer_names() {
  return names(kActivations);
}
std::vector<std::string> weight_quantizer_names() {
  return names(kWeights);
}

}  // namespace bitplace::train
