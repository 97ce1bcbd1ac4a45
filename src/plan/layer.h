// From a node of the graph to the steps that run it.
#pragma once

#include <string>
#include <vector>

#include "bitplace/plan.h"
#include "graph/code_range.h"
#include "graph/graph.h"
#include "plan/step.h"

namespace bitplace {

// A node with its kernel chosen. The steps' constants are filled in by pack_layer, their offsets by the plan.
struct PlannedLayer {
  const Node* node = nullptr;
  std::vector<Step> steps;
  std::size_t packed_bytes = 0;
  std::size_t scratch_bytes = 0;
  StepInfo info;
};

// The node must be deployable and no reshape, which moves no data and has no steps.
// `input_range` is what the first input's codes can be.
Result<PlannedLayer> plan_layer(const Graph& graph, const Node& node, const CodeRange& input_range,
                                IsaFeatures features);

// Writes the layer's constants in its kernel's layout; `packed` holds packed_bytes zeroed bytes, aligned
// to 64.
void pack_layer(const Graph& graph, PlannedLayer& layer, std::byte* packed);

}  // namespace bitplace
