// Which kernel runs an operation that is no convolution.
#pragma once

#include "cuda/common/launch.h"
#include "graph/graph.h"

namespace bitplace::cuda {

// Null where there is none for the node's types.
const DeviceKernel* device_row(const Graph& graph, const Node& node);

}  // namespace bitplace::cuda
