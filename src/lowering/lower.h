// From a float graph to one that a plan can run.
#pragma once

#include <functional>
#include <string>

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

}  // namespace bitplace
