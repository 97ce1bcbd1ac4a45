// Names a real-valued backbone by its layers, whatever file it came from.
#pragma once

#include <string>

#include "graph/graph.h"

namespace bitplace {

// "mobilenet_v2" (width 1.0, up to its last convolution, 1280 outputs), or empty for another network.
std::string recognise_backbone(const Graph& graph);

}  // namespace bitplace
