// A small real-valued network with everything that quantization meets: batch-norms, clamps, residual sums,
// gates, joined branches, pooling and a head.
#pragma once

#include "graph/graph.h"
#include "quantize/activation_range.h"
#include "support/random.h"

namespace bitplace::test {

// Layers "stem", "depthwise", "project", "squeeze", "excite", "left", "right", "last"; f32 throughout. The
// features are one number per channel.
Graph real_graph(Random& random);

// The ranges of its values on some random inputs, by magnitude.
ActivationRanges measured_ranges(const Graph& graph, const std::vector<std::vector<double>>& inputs);

std::vector<double> random_input(const Graph& graph, Random& random);

}  // namespace bitplace::test
