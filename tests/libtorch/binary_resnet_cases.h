// The residual networks of the tests, as LibTorch saves them.
#pragma once

#include <string>
#include <vector>

#include "libtorch/binary_resnet_module.h"
#include "libtorch/converted_model.h"
#include "networks/load_network.h"

namespace bitplace::test {

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

}  // namespace bitplace::test
