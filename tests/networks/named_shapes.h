// Checkpoints of zeros, by names and shapes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "checkpoint/checkpoint.h"

namespace bitplace::test {

using NamedShapes = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

inline TensorCheckpoint zeros(const NamedShapes& tensors) {
  TensorCheckpoint checkpoint;
  for (const auto& [name, shape] : tensors) {
    const bool counter = name.ends_with("num_batches_tracked");
    CheckpointTensor tensor{name, counter ? CheckpointType::s64 : CheckpointType::f32, shape, {}};
    std::size_t bytes = checkpoint_type_bytes(tensor.type);
    for (const std::int64_t extent : shape)
      bytes *= static_cast<std::size_t>(extent);
    tensor.data.resize(bytes);
    checkpoint.tensors.push_back(std::move(tensor));
  }
  return checkpoint;
}

}  // namespace bitplace::test
