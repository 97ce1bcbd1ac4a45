#include "lowering/convolution_tail.h"

#include <algorithm>

#include "core/error.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

using Nodes = std::vector<const Node*>;

bool is_relu(const Node& node) {
  const auto* a = std::get_if<ActivationAttributes>(&node.attributes);
  return a != nullptr && a->kind == ActivationKind::relu;
}

// The nodes that follow, each its predecessor's only reader; `end` is what reads the last of them alone.
Nodes followers(const Graph& graph, const Node& convolution, const Node** end) {
  Nodes nodes;
  const Node* next = sole_reader(graph, convolution.output);
  while (next != nullptr && (is_affine(next->op) || next->op == Op::max_pool || is_relu(*next))) {
    nodes.push_back(next);
    next = sole_reader(graph, next->output);
  }
  *end = next;
  return nodes;
}

ChannelAffine position_of(const LevelsAttributes& levels, std::size_t channels) {
  ChannelAffine position(channels);
  std::fill(position.factor.begin(), position.factor.end(), static_cast<double>(levels.scale));
  std::fill(position.addend.begin(), position.addend.end(), static_cast<double>(levels.offset));
  return position;
}

// Whether each ReLU cuts off only what the first level would take anyway.
Result<bool> clamps_are_idle(const Graph& graph, const Nodes& nodes, ChannelAffine position) {
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    if (is_affine((*node)->op)) {
      BITPLACE_ASSIGN(step, channel_affine(graph, **node));
      step.then(position);
      position = std::move(step);
    }
    if (!is_relu(**node)) continue;
    for (std::size_t c = 0; c < position.channels(); ++c)
      if (position.factor[c] < 0.0 || position.addend[c] > 0.0) return false;
  }
  return true;
}

Status take_levels(const Graph& graph, const Nodes& nodes, const Node& levels, ConvolutionTail* tail) {
  const auto& attributes = std::get<LevelsAttributes>(levels.attributes);
  ChannelAffine& f = tail->function;
  std::vector<bool> falling(f.channels(), false);  // what is pooled, against the convolution's numbers
  for (const Node* node : nodes) {
    if (is_affine(node->op)) {
      BITPLACE_ASSIGN(step, channel_affine(graph, *node));
      f.then(step);
    }
    if (node->op != Op::max_pool) continue;
    for (std::size_t c = 0; c < f.channels(); ++c) {
      const bool falls = f.factor[c] < 0.0;
      if (!tail->pools.empty() && falls != falling[c]) {
        return make_error(ErrorCode::unsupported, "layer '" + node->name + "'",
                          "pools channel " + std::to_string(c) + " again, after a negative factor");
      }
      falling[c] = falls;
    }
    tail->pools.push_back(node);
  }
  f.then(position_of(attributes, f.channels()));
  for (std::size_t c = 0; c < f.channels() && !tail->pools.empty(); ++c) {
    if ((f.factor[c] < 0.0) == falling[c]) continue;
    tail->reversed[c] = true;
    f.factor[c] = -f.factor[c];
    f.addend[c] = static_cast<double>(attributes.high) - f.addend[c];
  }
  tail->levels = &levels;
  tail->taken = nodes;
  tail->taken.push_back(&levels);
  return {};
}

// The end of the run of nodes that satisfy `is`, from `first` on.
template <typename Predicate>
std::size_t run_end(const Nodes& nodes, std::size_t first, Predicate is) {
  while (first < nodes.size() && is(*nodes[first]))
    ++first;
  return first;
}

Status take_steps(const Graph& graph, const Nodes& nodes, const Node* end, ConvolutionTail* tail) {
  const auto affine = [](const Node& node) { return is_affine(node.op); };
  const auto pool = [](const Node& node) { return node.op == Op::max_pool; };
  const auto leads_to_sign = [&](std::size_t last) {
    return last == nodes.size() && end != nullptr && end->op == Op::sign;
  };
  const std::size_t first_end = run_end(nodes, 0, affine);
  if (leads_to_sign(first_end)) return {};
  for (std::size_t i = 0; i < first_end; ++i) {
    BITPLACE_ASSIGN(step, channel_affine(graph, *nodes[i]));
    tail->function.then(step);
  }
  tail->taken.assign(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(first_end));
  const std::size_t pools_end = run_end(nodes, first_end, pool);
  const std::size_t last = run_end(nodes, pools_end, affine);
  if (pools_end == first_end || last == pools_end || leads_to_sign(last)) return {};
  ChannelAffine behind(tail->function.channels());
  for (std::size_t i = pools_end; i < last; ++i) {
    BITPLACE_ASSIGN(step, channel_affine(graph, *nodes[i]));
    behind.then(step);
  }
  const bool rises =
      std::all_of(behind.factor.begin(), behind.factor.end(), [](double f) { return f >= 0.0; });
  if (!rises) return {};
  tail->function.then(behind);
  tail->pools.assign(nodes.begin() + static_cast<std::ptrdiff_t>(first_end),
                     nodes.begin() + static_cast<std::ptrdiff_t>(pools_end));
  tail->taken.assign(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(last));
  return {};
}

}  // namespace

Result<ConvolutionTail> convolution_tail(const Graph& graph, const Node& convolution) {
  const Node* end = nullptr;
  const Nodes nodes = followers(graph, convolution, &end);
  ConvolutionTail tail(static_cast<std::size_t>(value_at(graph, convolution.output).shape[3]));
  if (end != nullptr && end->op == Op::levels) {
    const auto& attributes = std::get<LevelsAttributes>(end->attributes);
    BITPLACE_ASSIGN(idle, clamps_are_idle(graph, nodes, position_of(attributes, tail.reversed.size())));
    if (idle) {
      BITPLACE_TRY(take_levels(graph, nodes, *end, &tail));
      return tail;
    }
  }
  BITPLACE_TRY(take_steps(graph, nodes, end, &tail));
  return tail;
}

}  // namespace bitplace
