// The front part of a network, for descriptors made of an earlier layer's output (Ferrarini et al. 2022,
// Tables IV and V).
#pragma once

#include <string>

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

// Ends the graph with the layer of this name: its output becomes the features, and what it does not need is
// left out. A layer that the graph does not have, or whose output is no map of numbers, is an error that
// lists those that can be named.
Result<Graph> cut_at_layer(const Graph& graph, const std::string& layer);

}  // namespace bitplace
