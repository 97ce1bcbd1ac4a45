// Changing a constant of one node.
#pragma once

#include <algorithm>

#include "graph/graph.h"

namespace bitplace {

// The numbers of a node's f32 parameter, to write to: where other nodes use the tensor too, the node gets one
// of its own first. The node has the parameter.
inline float* own_parameter(Graph& graph, std::size_t node, const char* role) {
  std::vector<Parameter>& parameters = graph.nodes[node].parameters;
  Parameter& own = *std::find_if(parameters.begin(), parameters.end(),
                                 [&](const Parameter& parameter) { return parameter.role == role; });
  std::ptrdiff_t users = 0;
  for (const Node& other : graph.nodes) {
    users += std::count_if(other.parameters.begin(), other.parameters.end(),
                           [&](const Parameter& parameter) { return parameter.tensor == own.tensor; });
  }
  if (users > 1) own.tensor = graph.add_tensor(graph.tensors[static_cast<std::size_t>(own.tensor)]);
  return graph.tensors[static_cast<std::size_t>(own.tensor)].as<float>();
}

}  // namespace bitplace
