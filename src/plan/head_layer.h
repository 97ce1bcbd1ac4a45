// Layers of heads and joins: pooling, normalisation and aggregation that make descriptors of feature maps,
// and what moves channels.
#pragma once

#include "plan/layer.h"

namespace bitplace {

// False where the node is of another kind.
bool plan_head(const Graph& graph, PlannedLayer& layer, IsaFeatures features);

}  // namespace bitplace
