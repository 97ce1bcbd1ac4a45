#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "lowering/channel_affine.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

bool takes_affine(const Graph& graph, const Node& node) {
  const auto* a = std::get_if<ConvolutionAttributes>(&node.attributes);
  if (a == nullptr || graph.parameter(node, "weight")->type != DataType::f32) return false;
  if (value_at(graph, node.inputs[0]).type != DataType::f32) return false;
  return a->epilogue == Epilogue::affine && std::isinf(a->output_low) && std::isinf(a->output_high);
}

// The affine steps that follow the node, each its predecessor's only reader.
std::vector<const Node*> affine_followers(const Graph& graph, const Node& node) {
  std::vector<const Node*> found;
  const Node* next = sole_reader(graph, node.output);
  for (; next != nullptr && is_affine(next->op); next = sole_reader(graph, next->output))
    found.push_back(next);
  return found;
}

}  // namespace

Result<Graph> fold_batch_norm(const Graph& graph) {
  Rewrite rewrite(graph);
  for (const Node& node : graph.nodes) {
    if (rewrite.find(node.output) != kNone) continue;  // taken by what stands before it
    const bool convolution = takes_affine(graph, node);
    std::vector<const Node*> steps;
    if (convolution || is_affine(node.op)) steps = affine_followers(graph, node);
    if (is_affine(node.op)) steps.insert(steps.begin(), &node);
    if (steps.empty()) {
      BITPLACE_TRY(rewrite.copy(node));
      continue;
    }
    ChannelAffine affine(static_cast<std::size_t>(value_at(graph, node.output).shape[3]));
    for (const Node* step : steps) {
      BITPLACE_ASSIGN(next, channel_affine(graph, *step));
      affine.then(next);
    }
    Node folded = depthwise_affine(steps.front()->name, rewrite.find(node.inputs[0]), affine, rewrite);
    if (convolution) {
      BITPLACE_ASSIGN(with_convolution, fold_affine(graph, node, affine, rewrite));
      folded = std::move(with_convolution);
    }
    BITPLACE_ASSIGN(output, rewrite.append(std::move(folded)));
    rewrite.redirect(node.output, output);
    for (const Node* step : steps)
      rewrite.redirect(step->output, output);
  }
  return rewrite.finish();
}

}  // namespace bitplace
