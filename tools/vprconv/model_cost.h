// What a model's weights weigh and how much it computes, by type.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/json_file.h"
#include "graph/graph.h"

namespace bitplace::tools {

struct WeightCost {
  std::int64_t count = 0;
  std::int64_t bytes = 0;
};

struct ModelCost {
  std::map<std::string, WeightCost> weights;                 // of convolutions, by type: "b1", "s8", ...
  WeightCost other;                                          // thresholds, scales, biases, tables
  std::map<std::string, std::int64_t> multiply_accumulates;  // of an image: "b1 x b1", "u8 x s8", ...
};

ModelCost model_cost(const Graph& graph);

// "weights: 34 848 b1, ..." in two lines.
std::string cost_text(const ModelCost& cost);
Json cost_json(const ModelCost& cost);

}  // namespace bitplace::tools
