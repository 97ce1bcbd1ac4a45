#include "lowering/channel_function.h"

#include <cmath>

#include "lowering/rewrite.h"

namespace bitplace {
namespace {

const float* constants(const Graph& graph, const Node& node, const char* role) {
  const Tensor* tensor = graph.parameter(node, role);
  return tensor == nullptr ? nullptr : tensor->as<float>();
}

}  // namespace

ChannelFunction::ChannelFunction(const Graph& graph, const std::vector<const Node*>& nodes) {
  for (const Node* node : nodes) {
    if (!is_affine(node->op)) continue;
    const auto* divide = std::get_if<DivideAttributes>(&node->attributes);
    const auto* batch_norm = std::get_if<BatchNormAttributes>(&node->attributes);
    steps_.push_back({node->op, divide != nullptr ? static_cast<double>(divide->divisor) : 1.0,
                      batch_norm != nullptr ? batch_norm->epsilon : 0.0,
                      constants(graph, *node, "multiplier"), constants(graph, *node, "addend"),
                      constants(graph, *node, "mean"), constants(graph, *node, "variance"),
                      constants(graph, *node, "weight"), constants(graph, *node, "bias")});
  }
}

double ChannelFunction::operator()(double x, std::size_t c) const {
  const auto wide = [c](const float* values) { return static_cast<double>(values[c]); };
  for (const Step& step : steps_) {
    if (step.op == Op::divide) {
      x = x / step.divisor;
    } else if (step.op == Op::multiply_add) {
      x = x * wide(step.multiplier) + wide(step.addend);
    } else {
      x = (x - wide(step.mean)) / std::sqrt(wide(step.variance) + step.epsilon) * wide(step.weight) +
          wide(step.offset);
    }
  }
  return x;
}

}  // namespace bitplace
