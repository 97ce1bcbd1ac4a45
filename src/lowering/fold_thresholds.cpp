#include <algorithm>

#include "core/error.h"
#include "lowering/channel_function.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"
#include "lowering/threshold_search.h"

namespace bitplace {
namespace {

// A convolution, what follows it, and the sign at the end.
struct SignChain {
  const Node* convolution = nullptr;  // null: this sign does not end such a chain
  std::vector<const Node*> between;   // affine steps and max-pools, from the convolution on
};

SignChain sign_chain(const Graph& graph, const Node& sign) {
  SignChain chain;
  const Node* follower = &sign;
  for (const Node* node = writer(graph, sign.inputs[0]); node != nullptr;
       node = writer(graph, node->inputs[0])) {
    if (sole_reader(graph, node->output) != follower) return {};
    if (node->op == Op::convolution) {
      if (value_at(graph, node->output).type != DataType::s32) return {};
      chain.convolution = node;
      std::reverse(chain.between.begin(), chain.between.end());
      return chain;
    }
    if (!is_affine(node->op) && node->op != Op::max_pool) return {};
    chain.between.push_back(node);
    follower = node;
  }
  return {};
}

// Taking the maximum first is right only where what stands before the pool does not fall.
Status check_rising_before_pools(const Graph& graph, const SignChain& chain, std::int32_t largest,
                                 std::size_t channels) {
  const auto is_pool = [](const Node* node) { return node->op == Op::max_pool; };
  const auto last_pool = std::find_if(chain.between.rbegin(), chain.between.rend(), is_pool);
  if (last_pool == chain.between.rend()) return {};
  const std::vector<const Node*> before(chain.between.begin(), last_pool.base());
  const ChannelFunction f(graph, before);
  for (std::size_t c = 0; c < channels; ++c) {
    if (f(-largest, c) > f(largest, c)) {
      return make_error(ErrorCode::unsupported, "layer '" + (*last_pool)->name + "'",
                        "pools channel " + std::to_string(c) +
                            " after a negative factor, which cannot move behind the pool");
    }
  }
  return {};
}

Result<std::vector<Parameter>> search_thresholds(const Graph& graph, const Node& sign, const SignChain& chain,
                                                 Rewrite& rewrite) {
  const auto channels = static_cast<std::size_t>(value_at(graph, sign.output).shape[3]);
  const auto largest = static_cast<std::int32_t>(largest_accumulator(graph, *chain.convolution));
  BITPLACE_TRY(check_rising_before_pools(graph, chain, largest, channels));
  const ChannelFunction f(graph, chain.between);
  std::vector<std::int32_t> threshold(channels);
  std::vector<std::uint8_t> flip(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const FoldedSign folded = fold_sign([&](double x) { return f(x, c); }, -largest, largest);
    threshold[c] = folded.threshold;
    flip[c] = folded.flip ? 1 : 0;
  }
  return std::vector<Parameter>{
      {"threshold", rewrite.add_tensor(make_tensor(sign.name + ".threshold", threshold))},
      {"flip", rewrite.add_tensor(make_tensor(sign.name + ".flip", flip))}};
}

}  // namespace

Result<Graph> fold_thresholds(const Graph& graph) {
  std::vector<SignChain> chains(graph.nodes.size());
  std::vector<const Node*> folded;  // affine steps that thresholds replace
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (graph.nodes[i].op != Op::sign) continue;
    chains[i] = sign_chain(graph, graph.nodes[i]);
    for (const Node* node : chains[i].between) {
      if (is_affine(node->op)) folded.push_back(node);
    }
  }
  Rewrite rewrite(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (std::find(folded.begin(), folded.end(), &node) != folded.end()) {
      rewrite.redirect(node.output, rewrite.find(node.inputs[0]));
    } else if (chains[i].convolution != nullptr) {
      BITPLACE_ASSIGN(parameters, search_thresholds(graph, node, chains[i], rewrite));
      Node threshold{node.name, Op::threshold,  {rewrite.find(node.inputs[0])},
                     kNone,     NoAttributes{}, parameters};
      BITPLACE_ASSIGN(bits, rewrite.append(std::move(threshold)));
      rewrite.redirect(node.output, bits);
    } else {
      BITPLACE_TRY(rewrite.copy(node));
    }
  }
  return rewrite.finish();
}

}  // namespace bitplace
