#include <algorithm>

#include "core/error.h"
#include "lowering/channel_function.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"
#include "lowering/threshold_search.h"

namespace bitplace {
namespace {

// The affine steps right in front of a sign, in order, from f32 values on; empty where there are none.
std::vector<const Node*> steps_before(const Graph& graph, const Node& sign) {
  std::vector<const Node*> steps;
  const Node* node = writer(graph, sign.inputs[0]);
  while (node != nullptr && is_affine(node->op) && value_at(graph, node->inputs[0]).type == DataType::f32) {
    steps.push_back(node);
    node = writer(graph, node->inputs[0]);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

// Whether nothing but signs, which have thresholds of their own, reads what an affine step gives.
bool is_left_out(const Graph& graph, const Node& node) {
  if (!is_affine(node.op) || value_at(graph, node.inputs[0]).type != DataType::f32) return false;
  if (node.output == graph.features || node.output == graph.descriptor) return false;
  const std::vector<std::size_t> readers = graph.readers(node.output);
  return std::all_of(readers.begin(), readers.end(), [&](std::size_t reader) {
    return graph.nodes[reader].op == Op::sign || is_left_out(graph, graph.nodes[reader]);
  });
}

Node real_threshold(const Graph& graph, const Node& sign, const std::vector<const Node*>& steps,
                    Rewrite& rewrite) {
  const ChannelFunction f(graph, steps);
  const auto channels = static_cast<std::size_t>(value_at(graph, sign.output).shape[3]);
  std::vector<float> threshold(channels);
  std::vector<std::uint8_t> flip(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const FoldedRealSign folded = fold_real_sign([&](double x) { return f(x, c); });
    threshold[c] = folded.threshold;
    flip[c] = folded.flip ? 1 : 0;
  }
  return {sign.name,
          Op::threshold,
          {rewrite.find(steps.front()->inputs[0])},
          kNone,
          NoAttributes{},
          {{"threshold", rewrite.add_tensor(make_tensor(sign.name + ".threshold", threshold))},
           {"flip", rewrite.add_tensor(make_tensor(sign.name + ".flip", flip))}}};
}

}  // namespace

Result<Graph> fold_real_thresholds(const Graph& graph) {
  Rewrite rewrite(graph);
  for (const Node& node : graph.nodes) {
    if (is_left_out(graph, node)) continue;
    std::vector<const Node*> steps;
    if (node.op == Op::sign) steps = steps_before(graph, node);
    if (steps.empty()) {
      BITPLACE_TRY(rewrite.copy(node));
      continue;
    }
    BITPLACE_ASSIGN(bits, rewrite.append(real_threshold(graph, node, steps, rewrite)));
    rewrite.redirect(node.output, bits);
  }
  return rewrite.finish();
}

}  // namespace bitplace
