// Real-valued graphs, one layer at a time, the plain way in binary64.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace bitplace::test {

using Numbers = std::vector<double>;

// What the node makes of its inputs, flattened NHWC. Fails the test for operations that importers of
// real-valued networks do not use.
Numbers evaluate_layer(const Graph& graph, const Node& node, const std::vector<const Numbers*>& inputs);

// Every value of the graph.
std::vector<Numbers> evaluate_real(const Graph& graph, const Numbers& input);

}  // namespace bitplace::test
