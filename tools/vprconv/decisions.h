// What became of each layer of a trained network: the table that conversion prints.
#pragma once

#include <string>
#include <vector>

#include "graph/model_contents.h"

namespace bitplace::tools {

struct Decision {
  std::string layer;
  std::string trained;  // "batch_norm f32 27x27x96"
  std::string became;   // "96 integer thresholds of conv1, found by search"
};

std::vector<Decision> lowering_decisions(const Graph& trained, const Graph& lowered);

// Whether the model has other weights than a layer was trained with, because these are too many levels for
// their type.
bool rounds_trained_levels(const Graph& trained, const Node& layer, const Graph& model);

// The same for a real-valued network.
std::vector<Decision> real_decisions(const Graph& trained, const ModelContents& model);

// "convolution u8 x b1 11x11/4, max-pool 2x2, threshold"
std::string operation_text(const Graph& graph, const Node& node);
// "b1 27x27x96"
std::string value_text(const Graph& graph, ValueId value);

}  // namespace bitplace::tools
