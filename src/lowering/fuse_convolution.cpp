#include <algorithm>

#include "core/error.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

// What a convolution takes in: nothing, a max-pool, a threshold, or both in either order.
struct Followers {
  const Node* pool = nullptr;
  const Node* threshold = nullptr;
  const Node* last = nullptr;
};

bool flips(const Graph& graph, const Node& node, std::size_t channel) {
  const Tensor* flip = graph.parameter(node, "flip");
  return flip != nullptr && flip->data[channel] != std::byte{0};
}

// A pool of bits stands for a pool of accumulators only where it takes the order that the threshold made.
bool same_order(const Graph& graph, const Node& threshold, const Node& pool) {
  const auto channels = static_cast<std::size_t>(value_at(graph, pool.output).shape[3]);
  for (std::size_t c = 0; c < channels; ++c) {
    if (flips(graph, threshold, c) != flips(graph, pool, c)) return false;
  }
  return true;
}

bool can_take_pool(const Graph& graph, const Node* node, const Node* threshold) {
  if (node == nullptr || node->op != Op::max_pool) return false;
  if (!is_non_overlapping(std::get<MaxPoolAttributes>(node->attributes))) return false;
  return threshold == nullptr || same_order(graph, *threshold, *node);
}

Followers followers(const Graph& graph, const Node& convolution) {
  Followers found{nullptr, nullptr, &convolution};
  const auto& attributes = std::get<ConvolutionAttributes>(convolution.attributes);
  const bool plain =
      attributes.epilogue == Epilogue::raw && attributes.pool_height == 1 && attributes.pool_width == 1;
  if (!plain || value_at(graph, convolution.output).type != DataType::s32) return found;
  for (;;) {
    const Node* next = sole_reader(graph, found.last->output);
    if (next != nullptr && next->op == Op::threshold && found.threshold == nullptr) {
      found.threshold = next;
    } else if (found.pool == nullptr && can_take_pool(graph, next, found.threshold)) {
      found.pool = next;
    } else {
      return found;
    }
    found.last = next;
  }
}

Node fused(const Node& convolution, const Followers& taken, Rewrite& rewrite) {
  auto attributes = std::get<ConvolutionAttributes>(convolution.attributes);
  Node node{convolution.name,
            Op::convolution,
            {rewrite.find(convolution.inputs[0])},
            kNone,
            {},
            rewrite.carry(convolution.parameters)};
  if (taken.pool != nullptr) {
    const auto& pool = std::get<MaxPoolAttributes>(taken.pool->attributes);
    attributes.pool_height = pool.window_height;
    attributes.pool_width = pool.window_width;
  }
  if (taken.threshold != nullptr) {
    attributes.epilogue = Epilogue::threshold;
    for (const Parameter& parameter : rewrite.carry(taken.threshold->parameters))
      node.parameters.push_back(parameter);
  }
  node.attributes = attributes;
  return node;
}

}  // namespace

Result<Graph> fuse_convolution(const Graph& graph) {
  Rewrite rewrite(graph);
  std::vector<const Node*> taken;
  for (const Node& node : graph.nodes) {
    if (std::find(taken.begin(), taken.end(), &node) != taken.end()) continue;
    if (node.op != Op::convolution) {
      BITPLACE_TRY(rewrite.copy(node));
      continue;
    }
    const Followers found = followers(graph, node);
    taken.insert(taken.end(), {found.pool, found.threshold});
    BITPLACE_ASSIGN(output, rewrite.append(fused(node, found, rewrite)));
    rewrite.redirect(found.last->output, output);
  }
  return rewrite.finish();
}

}  // namespace bitplace
