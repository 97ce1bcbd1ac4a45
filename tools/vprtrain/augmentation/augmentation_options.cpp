#include <array>
#include <charconv>

#include "core/error.h"
#include "vprtrain/augmentation/augmentation.h"

namespace bitplace::train {
namespace {

struct Field {
  std::string_view name;
  float AugmentationOptions::*value;
  float limit;
};

constexpr std::array<Field, 18> kFields{{
    {"zoom", &AugmentationOptions::zoom, 0.9f},
    {"shift", &AugmentationOptions::shift, 0.9f},
    {"rotation", &AugmentationOptions::rotation, 180.0f},
    {"perspective", &AugmentationOptions::perspective, 0.4f},
    {"flip", &AugmentationOptions::flip, 1.0f},
    {"brightness", &AugmentationOptions::brightness, 1.0f},
    {"contrast", &AugmentationOptions::contrast, 1.0f},
    {"gamma", &AugmentationOptions::gamma, 3.0f},
    {"colour", &AugmentationOptions::colour, 1.0f},
    {"gradient", &AugmentationOptions::gradient, 1.0f},
    {"night", &AugmentationOptions::night, 1.0f},
    {"remap", &AugmentationOptions::remap, 1.0f},
    {"snow", &AugmentationOptions::snow, 1.0f},
    {"grey", &AugmentationOptions::grey, 1.0f},
    {"blur", &AugmentationOptions::blur, 1.0f},
    {"low-resolution", &AugmentationOptions::low_resolution, 1.0f},
    {"noise", &AugmentationOptions::noise, 0.5f},
    {"occlusion", &AugmentationOptions::occlusion, 1.0f},
}};

struct Strength {
  std::string_view name;
  AugmentationOptions options;
};

const std::array<Strength, 4>& strengths() {
  static const std::array<Strength, 4> kStrengths{{
      {"none", {}},
      {"light",
       {.zoom = 0.1f,
        .shift = 0.05f,
        .rotation = 3.0f,
        .perspective = 0.03f,
        .brightness = 0.1f,
        .contrast = 0.2f,
        .gamma = 0.2f,
        .colour = 0.1f,
        .gradient = 0.1f,
        .blur = 0.1f,
        .low_resolution = 0.1f,
        .noise = 0.02f,
        .occlusion = 0.1f}},
      {"medium",
       {.zoom = 0.25f,
        .shift = 0.1f,
        .rotation = 6.0f,
        .perspective = 0.08f,
        .brightness = 0.2f,
        .contrast = 0.35f,
        .gamma = 0.4f,
        .colour = 0.2f,
        .gradient = 0.25f,
        .night = 0.1f,
        .remap = 0.1f,
        .snow = 0.1f,
        .grey = 0.1f,
        .blur = 0.25f,
        .low_resolution = 0.15f,
        .noise = 0.04f,
        .occlusion = 0.25f}},
      {"strong",
       {.zoom = 0.4f,
        .shift = 0.2f,
        .rotation = 12.0f,
        .perspective = 0.15f,
        .brightness = 0.3f,
        .contrast = 0.5f,
        .gamma = 0.7f,
        .colour = 0.35f,
        .gradient = 0.4f,
        .night = 0.25f,
        .remap = 0.25f,
        .snow = 0.25f,
        .grey = 0.2f,
        .blur = 0.4f,
        .low_resolution = 0.3f,
        .noise = 0.08f,
        .occlusion = 0.5f}},
  }};
  return kStrengths;
}

std::string known_names() {
  std::string text = "strengths";
  for (const Strength& strength : strengths())
    text += " " + std::string(strength.name);
  text += "; fields";
  for (const Field& field : kFields)
    text += " " + std::string(field.name);
  return text;
}

std::string number_text(float value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

Error bad_augmentation(std::string_view word, const std::string& why) {
  return make_error(ErrorCode::invalid_argument, "augmentation", "'" + std::string(word) + "' " + why);
}

Status set_strength(std::string_view name, AugmentationOptions* options) {
  for (const Strength& strength : strengths()) {
    if (strength.name != name) continue;
    *options = strength.options;
    return {};
  }
  return bad_augmentation(name, "is unknown; " + known_names());
}

Status set_field(std::string_view word, std::size_t equals, AugmentationOptions* options) {
  const std::string_view name = word.substr(0, equals);
  const std::string_view text = word.substr(equals + 1);
  for (const Field& field : kFields) {
    if (field.name != name) continue;
    float value = 0.0f;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= 0.0f) || value > field.limit) {
      return bad_augmentation(word, "is no number from 0 to " + number_text(field.limit));
    }
    options->*field.value = value;
    return {};
  }
  return bad_augmentation(name, "is unknown; " + known_names());
}

}  // namespace

Result<AugmentationOptions> parse_augmentation(std::string_view text) {
  AugmentationOptions options;
  for (bool first = true;; first = false) {
    const std::size_t length = std::min(text.find(','), text.size());
    const std::string_view word = text.substr(0, length);
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos) {
      BITPLACE_TRY(set_field(word, equals, &options));
    } else if (first) {
      BITPLACE_TRY(set_strength(word, &options));
    } else {
      return bad_augmentation(word, "is no FIELD=VALUE; a strength comes first");
    }
    if (length == text.size()) return options;
    text.remove_prefix(length + 1);
  }
}

std::string augmentation_text(const AugmentationOptions& options) {
  std::string text = "none";
  for (const Field& field : kFields) {
    const float value = options.*field.value;
    if (value != 0.0f) text += "," + std::string(field.name) + "=" + number_text(value);
  }
  return text;
}

}  // namespace bitplace::train
