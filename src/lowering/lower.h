// From a float graph to one that a plan can run.
#pragma once

#include <functional>
#include <string>

#include "lowering/apply_precision.h"
#include "lowering/passes.h"

namespace bitplace {

struct LoweringOptions {
  float input_divisor = 255.0f;  // training fed pixel / input_divisor
  DescriptorEncoding descriptor;
  // Called with the graph before the first pass ("float") and after each.
  std::function<void(const char* pass, const Graph& graph)> observe;
};

// Runs the passes in order; the result has passed validate_deployable.
Result<Graph> lower(const Graph& graph, const LoweringOptions& options);

// Whether some layer of a trained network has bits or levels in front.
bool has_bits_or_levels(const Graph& graph);

// Of a network with real layers: batch-norms folded, activations fused. Layers of bits and of levels are as a
// robot runs them; the others are still f32. Calibration looks at this graph, and precision maps name its
// f32 layers.
Result<Graph> fold_real(const Graph& graph,
                        const std::function<void(const char*, const Graph&)>& observe = {});

struct RealLoweringOptions {
  PrecisionMap precisions;
  ActivationRanges ranges;  // of fold_real's values; empty without integer layers
  DescriptorEncoding descriptor;
  std::function<void(const char* pass, const Graph& graph)> observe;
};

// From fold_real's graph to one that a plan can run; the result has passed validate_deployable.
Result<PreciseGraph> lower_real(const Graph& folded, const RealLoweringOptions& options);

}  // namespace bitplace
