// Networks and pictures of the residual networks' tests.
#pragma once

#include <string>
#include <vector>

#include "libtorch/binary_resnet_module.h"
#include "libtorch/surroundings.h"
#include "networks/load_network.h"

namespace bitplace::test {

inline std::vector<TorchPicture> scenes(std::int64_t height, std::int64_t width, int count) {
  Random random(19);
  std::vector<TorchPicture> pictures;
  for (int i = 0; i < count; ++i)
    pictures.push_back({height, width, random_scene(height, width, &random)});
  return pictures;
}

inline std::string case_name(const TorchChoice& choice) {
  return choice.network + " " + choice.variant + " " + choice.activation_quantizer + " " +
         choice.weight_quantizer;
}

inline Checkpoint checkpoint_at(const std::string& path) {
  Result<Checkpoint> checkpoint = read_checkpoint(path);
  if (!checkpoint.ok()) FAIL(checkpoint.error().message());
  return *std::move(checkpoint);
}

// The variant is not named: parameters tell it.
inline LoadedNetwork load_choice(const std::string& path, const TorchChoice& choice,
                                 const TorchPicture& picture, const std::string& cut = "",
                                 const std::string& head = "") {
  NetworkOptions options;
  options.network = choice.network;
  options.activation_quantizer = choice.activation_quantizer;
  options.weight_quantizer = choice.weight_quantizer;
  options.cut = cut;
  options.head = head;
  options.height = static_cast<int>(picture.height);
  options.width = static_cast<int>(picture.width);
  Result<LoadedNetwork> loaded = load_network(checkpoint_at(path), options);
  if (!loaded.ok()) FAIL(loaded.error().message());
  return *std::move(loaded);
}

// What the preprocessing makes of a picture, without rounding.
inline std::vector<double> input_of(const LoadedNetwork& network, const TorchPicture& picture) {
  std::vector<double> input;
  for (std::size_t i = 0; i < picture.bytes.size(); ++i) {
    const auto mean = static_cast<double>(network.preprocessing.mean[i % 3]);
    const auto deviation = static_cast<double>(network.preprocessing.standard_deviation[i % 3]);
    input.push_back((picture.bytes[i] / 255.0 - mean) / deviation);
  }
  return input;
}

}  // namespace bitplace::test
