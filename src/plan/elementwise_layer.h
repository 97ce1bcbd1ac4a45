// Layers that work element by element, and average pooling: their kernels and their steps.
#pragma once

#include "plan/layer.h"

namespace bitplace {

// False where the node is of another kind.
bool plan_elementwise(const Graph& graph, PlannedLayer& layer, IsaFeatures features);

}  // namespace bitplace
