// What vprtrain says beside the tensors of a checkpoint, where tensors alone leave it open.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "bitplace/result.h"
#include "checkpoint/checkpoint.h"
#include "networks/load_network.h"

namespace bitplace {

struct TrainingSettings {
  std::string network;
  std::string head, variant, activation_quantizer, weight_quantizer;
  std::optional<double> epsilon;
  std::optional<int> height, width;
  std::optional<std::array<float, 3>> mean, deviation;
  std::optional<ResizeRule> resize;
  std::string credit;  // of the images that it was trained on
};

// From the texts "bitplace_network" and "bitplace_settings" (a JSON object); nothing without the former.
// Error: corrupt, where they are there and make no sense. Keys that are unknown here are left alone.
Result<std::optional<TrainingSettings>> read_training_settings(const TensorCheckpoint& checkpoint);

// `options` with what they leave open.
NetworkOptions completed(NetworkOptions options, const TrainingSettings& settings);

// The preprocessing that was trained with.
void set_preprocessing(const TrainingSettings& settings, Preprocessing* preprocessing);

}  // namespace bitplace
