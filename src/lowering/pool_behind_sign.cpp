#include <algorithm>

#include "core/error.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

// The threshold at the end of the max-pools that start with this one, or null.
const Node* threshold_behind(const Graph& graph, const Node& pool) {
  const Node* node = &pool;
  while (node != nullptr && node->op == Op::max_pool)
    node = sole_reader(graph, node->output);
  return node != nullptr && node->op == Op::threshold ? node : nullptr;
}

std::vector<Parameter> flip_of(const Graph& graph, const Node& threshold, Rewrite& rewrite) {
  const Tensor& flip = *graph.parameter(threshold, "flip");
  const bool any =
      std::any_of(flip.data.begin(), flip.data.end(), [](std::byte bit) { return bit != std::byte{0}; });
  if (!any) return {};
  const auto parameter = std::find_if(threshold.parameters.begin(), threshold.parameters.end(),
                                      [](const Parameter& p) { return p.role == "flip"; });
  return {{"flip", rewrite.carry(parameter->tensor)}};
}

}  // namespace

Result<Graph> pool_behind_sign(const Graph& graph) {
  Rewrite rewrite(graph);
  std::vector<const Node*> moved;  // thresholds already written in front of their pools
  for (const Node& node : graph.nodes) {
    const bool numbers = node.op == Op::max_pool && value_at(graph, node.inputs[0]).type == DataType::s32;
    const Node* threshold = numbers ? threshold_behind(graph, node) : nullptr;
    if (std::find(moved.begin(), moved.end(), &node) != moved.end()) {
      rewrite.redirect(node.output, rewrite.find(node.inputs[0]));
    } else if (threshold != nullptr) {
      ValueId bits = rewrite.find(node.inputs[0]);
      if (std::find(moved.begin(), moved.end(), threshold) == moved.end()) {
        Node first{threshold->name, Op::threshold,  {bits},
                   kNone,           NoAttributes{}, rewrite.carry(threshold->parameters)};
        BITPLACE_ASSIGN(thresholded, rewrite.append(std::move(first)));
        bits = thresholded;
        moved.push_back(threshold);
      }
      Node pool{node.name, Op::max_pool, {bits}, kNone, node.attributes, flip_of(graph, *threshold, rewrite)};
      BITPLACE_ASSIGN(pooled, rewrite.append(std::move(pool)));
      rewrite.redirect(node.output, pooled);
    } else {
      BITPLACE_TRY(rewrite.copy(node));
    }
  }
  return rewrite.finish();
}

}  // namespace bitplace
