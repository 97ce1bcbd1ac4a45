#include "networks/training_settings.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "networks/network.h"

namespace bitplace {
namespace {

using Json = nlohmann::json;

constexpr const char* kNetworkKey = "bitplace_network";
constexpr const char* kSettingsKey = "bitplace_settings";
constexpr int kLargestSide = 8192;

Error senseless(const std::string& name) {
  return make_error(ErrorCode::corrupt, kSettingsKey, "\"" + name + "\" makes no sense");
}

// Each reads a key if it is there.
Status read_text(const Json& json, const char* name, std::string* text) {
  const auto found = json.find(name);
  if (found == json.end()) return {};
  if (!found->is_string()) return senseless(name);
  *text = found->get<std::string>();
  return {};
}

Status read_side(const Json& json, const char* name, std::optional<int>* side) {
  const auto found = json.find(name);
  if (found == json.end()) return {};
  if (!found->is_number_integer()) return senseless(name);
  const auto value = found->get<std::int64_t>();
  if (value < 1 || value > kLargestSide) return senseless(name);
  *side = static_cast<int>(value);
  return {};
}

Status read_channels(const Json& json, const char* name, bool positive,
                     std::optional<std::array<float, 3>>* channels) {
  const auto found = json.find(name);
  if (found == json.end()) return {};
  std::array<float, 3> values{};
  if (!found->is_array() || found->size() != values.size()) return senseless(name);
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (!(*found)[c].is_number()) return senseless(name);
    values[c] = (*found)[c].get<float>();
    if (!std::isfinite(values[c]) || (positive && values[c] <= 0.0f)) return senseless(name);
  }
  *channels = values;
  return {};
}

Status read_epsilon(const Json& json, std::optional<double>* epsilon) {
  constexpr const char* kName = "batch_norm_epsilon";
  const auto found = json.find(kName);
  if (found == json.end()) return {};
  if (!found->is_number()) return senseless(kName);
  const double value = found->get<double>();
  if (!(value >= 0.0 && value < 1.0)) return senseless(kName);
  *epsilon = value;
  return {};
}

Status read_resize(const Json& json, std::optional<ResizeRule>* resize) {
  std::string name;
  BITPLACE_TRY(read_text(json, "resize", &name));
  if (name.empty()) return {};
  ResizeRule rule{};
  if (!resize_rule_from_name(name, &rule)) return senseless("resize");
  *resize = rule;
  return {};
}

}  // namespace

Result<std::optional<TrainingSettings>> read_training_settings(const TensorCheckpoint& checkpoint) {
  const std::string* network = find_setting(checkpoint, kNetworkKey);
  if (network == nullptr) return std::optional<TrainingSettings>();
  TrainingSettings settings;
  settings.network = *network;
  const std::string* text = find_setting(checkpoint, kSettingsKey);
  if (text == nullptr) return std::optional(std::move(settings));
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object()) return make_error(ErrorCode::corrupt, kSettingsKey, "is no JSON object");
  BITPLACE_TRY(read_text(json, "head", &settings.head));
  BITPLACE_TRY(read_text(json, "variant", &settings.variant));
  BITPLACE_TRY(read_text(json, "activation_quantizer", &settings.activation_quantizer));
  BITPLACE_TRY(read_text(json, "weight_quantizer", &settings.weight_quantizer));
  BITPLACE_TRY(read_text(json, "credit", &settings.credit));
  BITPLACE_TRY(read_epsilon(json, &settings.epsilon));
  BITPLACE_TRY(read_side(json, "height", &settings.height));
  BITPLACE_TRY(read_side(json, "width", &settings.width));
  BITPLACE_TRY(read_channels(json, "mean", false, &settings.mean));
  BITPLACE_TRY(read_channels(json, "deviation", true, &settings.deviation));
  BITPLACE_TRY(read_resize(json, &settings.resize));
  return std::optional(std::move(settings));
}

NetworkOptions completed(NetworkOptions options, const TrainingSettings& settings) {
  // What belongs to one network says nothing about another that the user names instead.
  if (!options.network.empty() && options.network != settings.network) return options;
  options.network = settings.network;
  if (options.head.empty()) options.head = settings.head;
  if (options.variant.empty()) options.variant = settings.variant;
  if (options.activation_quantizer.empty()) options.activation_quantizer = settings.activation_quantizer;
  if (options.weight_quantizer.empty()) options.weight_quantizer = settings.weight_quantizer;
  if (!options.epsilon) options.epsilon = settings.epsilon;
  if (!options.height && !options.width) {
    options.height = settings.height;
    options.width = settings.width;
  }
  return options;
}

void set_preprocessing(const TrainingSettings& settings, Preprocessing* preprocessing) {
  if (settings.mean && settings.deviation) {
    preprocessing->value_scale = 1.0f / kPixelDivisor;
    preprocessing->mean = *settings.mean;
    preprocessing->standard_deviation = *settings.deviation;
  }
  if (settings.resize) preprocessing->resize = *settings.resize;
}

}  // namespace bitplace
