#include <cstdio>

#include "common/text_table.h"
#include "core/error.h"
#include "vprconv/verify.h"

namespace bitplace::tools {
namespace {

template <typename... Numbers>
std::string text_of(const char* format, Numbers... numbers) {
  char text[160];
  std::snprintf(text, sizeof text, format, numbers...);
  return text;
}

void print_layers(const std::vector<LayerAgreement>& layers) {
  TextTable table({{"layer"},
                   {"reads"},
                   {"compared", Align::right},
                   {"differ", Align::right},
                   {"ties", Align::right},
                   {"turned", Align::right},
                   {"farthest", Align::right}});
  for (const LayerAgreement& layer : layers) {
    table.add_row({layer.layer, layer.type, std::to_string(layer.compared), std::to_string(layer.differing),
                   std::to_string(layer.ties), std::to_string(layer.turned),
                   layer.turned > 0 ? text_of("%.1e", layer.farthest) : ""});
  }
  std::printf("\n%s\n", table.text().c_str());
}

Json layers_json(const std::vector<LayerAgreement>& layers) {
  Json json = Json::array();
  for (const LayerAgreement& layer : layers) {
    json.push_back({{"layer", layer.layer},
                    {"reads", layer.type},
                    {"compared", layer.compared},
                    {"differing", layer.differing},
                    {"ties", layer.ties},
                    {"turned", layer.turned},
                    {"farthest", layer.farthest}});
  }
  return json;
}

Error mismatch(const std::string& text) {
  return make_error(ErrorCode::mismatch, "verify", text);
}

}  // namespace

void print_verification(const Verification& result, const DescriptorEncoding& encoding) {
  std::printf("verified on %zu of %zu images: ", result.images, result.images_found);
  if (result.real_valued) {
    std::printf("features differ by at most %.3g of the largest, lowest cosine %.7f\n",
                result.features.largest_difference, result.features.lowest_cosine);
  } else {
    std::printf("%lld of %lld integers differ, %lld sign ties\n", static_cast<long long>(result.differing),
                static_cast<long long>(result.integers), static_cast<long long>(result.sign_ties));
  }
  if (encoding.type == DataType::b1) {
    std::printf("  descriptor bits that differ: %lld\n", static_cast<long long>(result.differing_bits));
  } else {
    std::printf("  lowest cosine of a descriptor with the trained features: %.7f\n", result.lowest_cosine);
  }
  if (result.layers.empty()) return;
  std::printf(
      "  with bits and levels as the model has them, features differ by at most %.3g of the largest, lowest "
      "cosine %.7f\n",
      result.led.largest_difference, result.led.lowest_cosine);
  print_layers(result.layers);
}

Json verification_json(const Verification& result, const DescriptorEncoding& encoding) {
  Json json = {{"images", result.images}, {"images_found", result.images_found}};
  if (result.real_valued) {
    json["largest_difference"] = result.features.largest_difference;
    json["lowest_feature_cosine"] = result.features.lowest_cosine;
    if (!result.layers.empty()) {
      json["integer_layers"] = layers_json(result.layers);
      json["led_largest_difference"] = result.led.largest_difference;
      json["led_lowest_feature_cosine"] = result.led.lowest_cosine;
    }
  } else {
    json["integers"] = result.integers;
    json["integers_differing"] = result.differing;
    json["sign_ties"] = result.sign_ties;
  }
  if (encoding.type == DataType::b1) {
    json["bits_differing"] = result.differing_bits;
  } else {
    json["lowest_cosine"] = result.lowest_cosine;
  }
  return json;
}

Status verification_status(const Verification& result) {
  constexpr double kRounding = 1e-4;  // of f32 sums in another order
  if (result.exact && result.features.largest_difference > kRounding) {
    return mismatch(text_of("features differ by %.3g of the largest, more than rounding explains",
                            result.features.largest_difference));
  }
  if (result.led.lowest_cosine < result.least_cosine) {
    return mismatch(
        text_of("features have a cosine of %.6f with the trained ones, and %.4f is the least allowed",
                result.led.lowest_cosine, result.least_cosine));
  }
  for (const LayerAgreement& layer : result.layers) {
    if (layer.farthest <= result.farthest_turn) continue;
    return mismatch("layer '" + layer.layer + "' reads other " + layer.type + " where " +
                    text_of("its number is %.3g from turning over, and %.3g is explained", layer.farthest,
                            result.farthest_turn));
  }
  if (result.unexplained == 0) return {};
  return mismatch(std::to_string(result.unexplained) +
                  " integers differ between the trained network and the model, and no sign tie explains it");
}

}  // namespace bitplace::tools
