#include "vprconv/model_cost.h"

#include "common/text_table.h"
#include "graph/code_range.h"
#include "lowering/rewrite.h"
#include "plan/convolution_layer.h"

namespace bitplace::tools {
namespace {

// "1.24 M", "447.9 M"
std::string millions(std::int64_t count) {
  return fixed(static_cast<double>(count) * 1e-6, count < 10'000'000 ? 3 : 1) + " M";
}

void add_convolution(const Graph& graph, const Node& node, const CodeRange& input_range, ModelCost* cost) {
  const std::string types = std::string(data_type_name(value_at(graph, node.inputs[0]).type)) + " x " +
                            data_type_name(graph.parameter(node, "weight")->type);
  cost->multiply_accumulates[types] += multiply_accumulates(convolution_problem(graph, node, input_range));
}

}  // namespace

ModelCost model_cost(const Graph& graph) {
  ModelCost cost;
  const std::vector<CodeRange> ranges = code_ranges(graph);
  for (const Node& node : graph.nodes) {
    for (const Parameter& parameter : node.parameters) {
      const Tensor& tensor = graph.tensors[static_cast<std::size_t>(parameter.tensor)];
      WeightCost& weights = node.op == Op::convolution && parameter.role == "weight"
                                ? cost.weights[data_type_name(tensor.type)]
                                : cost.other;
      weights.count += tensor.shape.elements();
      weights.bytes += static_cast<std::int64_t>(tensor.data.size());
    }
    if (node.op == Op::convolution)
      add_convolution(graph, node, ranges[static_cast<std::size_t>(node.inputs[0])], &cost);
  }
  return cost;
}

std::string cost_text(const ModelCost& cost) {
  std::string text = "weights: ";
  for (const auto& [type, weights] : cost.weights)
    text +=
        millions(weights.count) + " " + type + " (" + bytes_text(static_cast<double>(weights.bytes)) + "), ";
  text += std::to_string(cost.other.count) + " other constants (" +
          bytes_text(static_cast<double>(cost.other.bytes)) + ")\nmultiply-accumulates: ";
  const char* separator = "";
  for (const auto& [types, count] : cost.multiply_accumulates) {
    text += separator + millions(count) + " " + types;
    separator = ", ";
  }
  return text;
}

Json cost_json(const ModelCost& cost) {
  Json weights = Json::object();
  for (const auto& [type, part] : cost.weights)
    weights[type] = {{"count", part.count}, {"bytes", part.bytes}};
  return {{"weights", weights},
          {"other_constants", {{"count", cost.other.count}, {"bytes", cost.other.bytes}}},
          {"multiply_accumulates", cost.multiply_accumulates}};
}

}  // namespace bitplace::tools
