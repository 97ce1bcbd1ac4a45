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

struct Field {
  bool optional;
  std::string text;
};

struct FieldText {
  std::vector<Field>& fields;

  void operator()(FieldName name, std::int32_t value) const { append(name, std::to_string(value)); }
  void operator()(FieldName name, PaddingValue value) const { append(name, padding_name(value)); }
  void operator()(FieldName name, Epilogue value) const { append(name, epilogue_name(value)); }
  void operator()(FieldName name, DataType value) const { append(name, data_type_name(value)); }
  void operator()(FieldName name, ActivationKind value) const { append(name, activation_name(value)); }
  void operator()(FieldName name, double value) const {
    char number[40];
    std::snprintf(number, sizeof number, "%.9g", value);
    append(name, number);
  }

  void append(FieldName name, const std::string& value) const {
    fields.push_back({name.optional, std::string(name.text) + "=" + value});
  }
};

std::vector<Field> fields_of(const Attributes& attributes) {
  std::vector<Field> fields;
  std::visit([&](const auto& structure) { visit_fields(structure, FieldText{fields}); }, attributes);
  return fields;
}

// Optional fields appear where they say something.
std::string attributes_text(const Node& node) {
  const std::vector<Field> fields = fields_of(node.attributes);
  const std::vector<Field> defaults = fields_of(default_attributes(node.op));
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool unsaid = fields[i].optional && i < defaults.size() && fields[i].text == defaults[i].text;
    if (!unsaid) text += " " + fields[i].text;
  }
  return text;
}

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
    text += attributes_text(node);
    for (const Parameter& parameter : node.parameters)
      text += parameter_text(graph, parameter);
    text += "\n";
  }
  text += "features " + value_text(graph, graph.features) + "\n";
  text += "descriptor " + value_text(graph, graph.descriptor) + "\n";
  return text;
}

}  // namespace bitplace
