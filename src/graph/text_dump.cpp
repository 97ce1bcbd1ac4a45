#include "graph/text_dump.h"

#include <cstdio>

#include "core/hash.h"

namespace bitplace {
namespace {

std::string value_text(const Graph& graph, ValueId id) {
  if (id < 0 || static_cast<std::size_t>(id) >= graph.values.size()) return "%?";
  const Value& value = graph.values[static_cast<std::size_t>(id)];
  return "%" + std::to_string(id) + ":" + data_type_name(value.type) + "[" + to_string(value.shape) + "]";
}

struct FieldText {
  std::string& text;

  void operator()(const char* name, std::int32_t value) const { append(name, std::to_string(value)); }
  void operator()(const char* name, PaddingValue value) const { append(name, padding_name(value)); }
  void operator()(const char* name, Epilogue value) const { append(name, epilogue_name(value)); }
  void operator()(const char* name, double value) const {
    char number[40];
    std::snprintf(number, sizeof number, "%.9g", value);
    append(name, number);
  }

  void append(const char* name, const std::string& value) const {
    text += " " + std::string(name) + "=" + value;
  }
};

// Constants appear by role, type, shape and hash: enough to see that a pass changed one.
std::string parameter_text(const Graph& graph, const Parameter& parameter) {
  const Tensor& tensor = graph.tensors[static_cast<std::size_t>(parameter.tensor)];
  const std::string digest = to_hex(hash128(tensor.data.data(), tensor.data.size())).substr(0, 8);
  return " " + parameter.role + ":" + data_type_name(tensor.type) + "[" + to_string(tensor.shape) + "]#" +
         digest;
}

}  // namespace

std::string dump_graph(const Graph& graph) {
  std::string text = "input " + value_text(graph, graph.input) + "\n";
  for (const Node& node : graph.nodes) {
    text += value_text(graph, node.output) + " = " + op_name(node.op) + "(";
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (i > 0) text += ", ";
      text += "%" + std::to_string(node.inputs[i]);
    }
    text += ") \"" + node.name + "\"";
    std::visit([&](const auto& attributes) { visit_fields(attributes, FieldText{text}); }, node.attributes);
    for (const Parameter& parameter : node.parameters)
      text += parameter_text(graph, parameter);
    text += "\n";
  }
  text += "features " + value_text(graph, graph.features) + "\n";
  text += "descriptor " + value_text(graph, graph.descriptor) + "\n";
  return text;
}

}  // namespace bitplace
