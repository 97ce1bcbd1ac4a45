#include <vector>

#include "core/error.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

Status check_first_layer(const Graph& graph, const Node& node) {
  const std::string where = "layer '" + node.name + "'";
  const Tensor* weight = graph.parameter(node, "weight");
  if (node.op != Op::convolution || weight == nullptr || weight->type != DataType::b1) {
    return make_error(ErrorCode::unsupported, where,
                      "reads the image, but only convolutions with 1-bit weights can read pixels");
  }
  if (std::get<ConvolutionAttributes>(node.attributes).padding == PaddingValue::one) {
    return make_error(ErrorCode::unsupported, where,
                      "pads the image with one, which is no pixel value of a first layer");
  }
  return {};
}

// By value: whether the features are made of it without a sign in between. They have no unit of their own:
// descriptors are their directions.
std::vector<bool> values_in_features(const Graph& graph) {
  std::vector<bool> in_features(graph.values.size());
  in_features[static_cast<std::size_t>(graph.features)] = true;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    if (node.op == Op::sign || !in_features[static_cast<std::size_t>(node.output)]) continue;
    for (const ValueId input : node.inputs)
      in_features[static_cast<std::size_t>(input)] = true;
  }
  return in_features;
}

}  // namespace

Result<Graph> integer_input(const Graph& graph, float divisor) {
  const std::vector<bool> in_features = values_in_features(graph);
  Rewrite rewrite(graph, DataType::u8);
  for (const Node& node : graph.nodes) {
    const bool first_layer = node.inputs[0] == graph.input;
    if (first_layer) BITPLACE_TRY(check_first_layer(graph, node));
    BITPLACE_TRY(rewrite.copy(node));
    if (!first_layer || in_features[static_cast<std::size_t>(node.output)]) continue;
    Node divide{node.name + "/divide",     Op::divide, {rewrite.find(node.output)}, kNone,
                DivideAttributes{divisor}, {}};
    BITPLACE_ASSIGN(scaled, rewrite.append(std::move(divide)));
    rewrite.redirect(node.output, scaled);
  }
  return rewrite.finish();
}

}  // namespace bitplace
