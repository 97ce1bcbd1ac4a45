#include <algorithm>
#include <limits>
#include <optional>

#include "core/error.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

struct Clamp {
  float low, high;
};

// The activations that are nothing but a clamp.
std::optional<Clamp> clamp_of(const Node& node) {
  const auto* a = std::get_if<ActivationAttributes>(&node.attributes);
  if (a == nullptr) return std::nullopt;
  constexpr float kUnbounded = std::numeric_limits<float>::infinity();
  switch (a->kind) {
    case ActivationKind::relu:
      return Clamp{0.0f, kUnbounded};
    case ActivationKind::relu6:
      return Clamp{0.0f, 6.0f};
    case ActivationKind::hard_tanh:
      return Clamp{-1.0f, 1.0f};
    default:
      return std::nullopt;
  }
}

// The bounds of a node that clamps what it writes; null for others.
struct Bounds {
  float *low = nullptr, *high = nullptr;
};

Bounds bounds_of(Node& node) {
  if (auto* a = std::get_if<ConvolutionAttributes>(&node.attributes)) {
    if (a->epilogue == Epilogue::affine) return {&a->output_low, &a->output_high};
  } else if (auto* sum = std::get_if<AddAttributes>(&node.attributes)) {
    return {&sum->low, &sum->high};
  }
  return {};
}

}  // namespace

Result<Graph> fuse_activations(const Graph& graph) {
  Rewrite rewrite(graph);
  for (const Node& node : graph.nodes) {
    if (rewrite.find(node.output) != kNone) continue;  // taken by the node before it
    Node fused = node;
    const Bounds bounds = bounds_of(fused);
    const Node* next = bounds.low != nullptr ? sole_reader(graph, node.output) : nullptr;
    const std::optional<Clamp> clamp = next != nullptr ? clamp_of(*next) : std::nullopt;
    if (!clamp) {
      BITPLACE_TRY(rewrite.copy(node));
      continue;
    }
    *bounds.low = std::clamp(*bounds.low, clamp->low, clamp->high);
    *bounds.high = std::clamp(*bounds.high, clamp->low, clamp->high);
    BITPLACE_TRY(rewrite.copy(fused));
    rewrite.redirect(next->output, rewrite.find(node.output));
  }
  return rewrite.finish();
}

}  // namespace bitplace
