#include <algorithm>

#include "core/error.h"
#include "lowering/channel_function.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"
#include "lowering/weight_codes.h"

namespace bitplace {
namespace {

// A convolution and the nodes between it and a max-pool that every value passes alone.
struct PooledChain {
  const Node* convolution = nullptr;
  std::vector<const Node*> between;  // from the convolution on: affine steps, perhaps a sign
};

// Walks from the convolution to the first max-pool; empty when there is none or something else comes first.
PooledChain pooled_chain(const Graph& graph, const Node& convolution) {
  PooledChain chain{&convolution, {}};
  const Node* next = sole_reader(graph, convolution.output);
  while (next != nullptr && (is_affine(next->op) || next->op == Op::sign)) {
    chain.between.push_back(next);
    next = sole_reader(graph, next->output);
  }
  return next != nullptr && next->op == Op::max_pool ? chain : PooledChain{};
}

std::vector<bool> falling_channels(const Graph& graph, const PooledChain& chain) {
  const ChannelFunction f(graph, chain.between);
  const auto largest = static_cast<double>(largest_accumulator(graph, *chain.convolution));
  std::vector<bool> falling(
      static_cast<std::size_t>(graph.parameter(*chain.convolution, "weight")->shape[0]));
  for (std::size_t c = 0; c < falling.size(); ++c)
    falling[c] = f(-largest, c) > f(largest, c);
  return falling;
}

Tensor negate(const Tensor& tensor, const std::vector<bool>& channels) {
  Tensor negated = tensor;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    if (channels[c]) negated.as<float>()[c] = -negated.as<float>()[c];
  }
  return negated;
}

// The first step that can take a sign. Division commutes with it, so one in front does not matter.
const Node* compensating_step(const PooledChain& chain) {
  const auto found = std::find_if(chain.between.begin(), chain.between.end(), [](const Node* node) {
    return node->op == Op::multiply_add || node->op == Op::batch_norm;
  });
  return found == chain.between.end() ? nullptr : *found;
}

class Orientation {
 public:
  Status find(const Graph& graph) {
    for (const Node& node : graph.nodes) {
      const bool integer = node.op == Op::convolution && value_at(graph, node.output).type == DataType::s32;
      const PooledChain chain = integer ? pooled_chain(graph, node) : PooledChain{};
      if (chain.convolution == nullptr) continue;
      std::vector<bool> falling = falling_channels(graph, chain);
      if (std::find(falling.begin(), falling.end(), true) == falling.end()) continue;
      const Node* step = compensating_step(chain);
      if (step == nullptr) {
        return make_error(ErrorCode::unsupported, "layer '" + node.name + "'",
                          "is divided by a negative number before a max-pool");
      }
      changes_.push_back({&node, step, std::move(falling)});
    }
    return {};
  }

  // The tensor to use in a node's parameter, if the pass changes it.
  bool change(const Graph& graph, const Node& node, const Parameter& parameter, Tensor* changed) const {
    const Tensor& tensor = graph.tensors[static_cast<std::size_t>(parameter.tensor)];
    for (const Change& candidate : changes_) {
      const std::string& role = parameter.role;
      if (candidate.convolution == &node && role == "weight") {
        *changed = invert_rows(tensor, candidate.falling);
        return true;
      }
      // (x - mean) / d * weight: with x = -x' the mean and the weight change sign, and nothing is rounded
      // anew.
      if (candidate.step == &node && (role == "multiplier" || role == "mean" || role == "weight")) {
        *changed = negate(tensor, candidate.falling);
        return true;
      }
    }
    return false;
  }

 private:
  struct Change {
    const Node* convolution;
    const Node* step;
    std::vector<bool> falling;
  };
  std::vector<Change> changes_;
};

}  // namespace

Result<Graph> orient_filters(const Graph& graph) {
  Orientation orientation;
  BITPLACE_TRY(orientation.find(graph));
  Rewrite rewrite(graph);
  for (const Node& node : graph.nodes) {
    Node oriented = node;
    for (ValueId& input : oriented.inputs)
      input = rewrite.find(input);
    for (Parameter& parameter : oriented.parameters) {
      Tensor changed;
      parameter.tensor = orientation.change(graph, node, parameter, &changed)
                             ? rewrite.add_tensor(std::move(changed))
                             : rewrite.carry(parameter.tensor);
    }
    BITPLACE_ASSIGN(output, rewrite.append(std::move(oriented)));
    rewrite.redirect(node.output, output);
  }
  return rewrite.finish();
}

}  // namespace bitplace
