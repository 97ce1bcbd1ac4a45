#include "lowering/evaluate.h"

#include <cmath>

#include "core/error.h"
#include "graph/validate.h"
#include "lowering/channel_function.h"
#include "lowering/evaluate_operations.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

using evaluation::Numbers;
using evaluation::Operation;

Numbers affine(const Operation& operation) {
  const ChannelFunction f(operation.graph, {&operation.node});
  const auto channels = static_cast<std::size_t>(operation.output().shape[3]);
  Numbers output = operation.first;
  for (std::size_t i = 0; i < output.size(); ++i)
    output[i] = f(output[i], i % channels);
  return output;
}

Numbers run(const Operation& operation) {
  switch (operation.node.op) {
    case Op::convolution:
      return evaluation::convolution(operation);
    case Op::max_pool:
      return evaluation::max_pool(operation);
    case Op::threshold:
      return evaluation::threshold(operation, operation.first);
    case Op::sign:
      return evaluation::sign(operation);
    case Op::reshape:
    case Op::cast:
      return operation.first;
    case Op::l2_normalize:
      return evaluation::l2_normalize(operation, operation.first.size());
    case Op::quantize:
      return evaluation::quantize(operation);
    case Op::average_pool:
      return evaluation::average_pool(operation);
    case Op::add:
      return evaluation::add(operation);
    case Op::activation:
      return evaluation::activation(operation);
    case Op::lookup:
      return evaluation::lookup(operation);
    case Op::dequantize:
      return evaluation::dequantize(operation);
    case Op::multiply_channels:
      return evaluation::multiply_channels(operation);
    case Op::gem_pool:
      return evaluation::gem_pool(operation);
    case Op::l2_normalize_channels:
      return evaluation::l2_normalize(operation, operation.channels());
    case Op::softmax:
      return evaluation::softmax(operation);
    case Op::vlad:
      return evaluation::vlad(operation);
    case Op::layer_norm:
      return evaluation::layer_norm(operation);
    case Op::transpose:
      return evaluation::transpose(operation);
    case Op::concatenate:
      return evaluation::concatenate(operation);
    case Op::levels:
      return evaluation::levels(operation);
    case Op::divide:
    case Op::multiply_add:
    case Op::batch_norm:
      return affine(operation);
  }
  return {};
}

}  // namespace

std::vector<double> evaluate_node(const Graph& graph, const Node& node,
                                  const std::vector<const std::vector<double>*>& inputs) {
  Numbers output = run({graph, node, *inputs.front(), inputs.back()});
  if (value_at(graph, node.output).type == DataType::f16) {
    for (double& x : output)
      x = evaluation::nearest_half(x);
  }
  return output;
}

Result<EvaluatedValues> evaluate(const Graph& graph, const std::vector<double>& input,
                                 const ValueAdjustment& adjust) {
  BITPLACE_TRY(validate_graph(graph));
  if (static_cast<std::int64_t>(input.size()) != value_at(graph, graph.input).shape.elements())
    return make_error(ErrorCode::invalid_argument, "graph", "the input has another size");
  EvaluatedValues values(graph.values.size());
  const auto at = [&](ValueId id) -> Numbers& { return values[static_cast<std::size_t>(id)]; };
  at(graph.input) = input;
  for (const Node& node : graph.nodes) {
    std::vector<const Numbers*> inputs;
    for (const ValueId value : node.inputs)
      inputs.push_back(&at(value));
    at(node.output) = evaluate_node(graph, node, inputs);
    if (adjust) adjust(node.output, values);
  }
  return values;
}

std::int64_t count_sign_ties(const Graph& graph, const EvaluatedValues& values) {
  constexpr double kRounding = 1e-9;  // far above binary64's error in these sums, far below one grey level
  std::int64_t ties = 0;
  for (const Node& node : graph.nodes) {
    if (node.op != Op::sign) continue;
    for (const double x : values[static_cast<std::size_t>(node.inputs[0])])
      ties += std::abs(x) < kRounding ? 1 : 0;
  }
  return ties;
}

}  // namespace bitplace
