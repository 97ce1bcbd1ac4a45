#include "graph/model_contents.h"

#include "core/bytes.h"
#include "core/hash.h"

namespace bitplace {
namespace {

// The fields of an attribute structure, each as the bytes that count: numbers as they are, choices by name.
struct FieldBytes {
  std::vector<std::pair<std::string, std::vector<std::byte>>>& fields;

  void operator()(FieldName name, PaddingValue value) const { text(name, padding_name(value)); }
  void operator()(FieldName name, Epilogue value) const { text(name, epilogue_name(value)); }
  void operator()(FieldName name, DataType value) const { text(name, data_type_name(value)); }
  void operator()(FieldName name, ActivationKind value) const { text(name, activation_name(value)); }
  template <typename T>
  void operator()(FieldName name, const T& value) const {
    ByteWriter writer;
    writer.write(value);
    fields.emplace_back(name.text, writer.take());
  }
  void text(FieldName name, const char* value) const {
    ByteWriter writer;
    writer.write_string(value);
    fields.emplace_back(name.text, writer.take());
  }
};

auto fields_of(const Attributes& attributes) {
  std::vector<std::pair<std::string, std::vector<std::byte>>> fields;
  std::visit([&](const auto& structure) { visit_fields(structure, FieldBytes{fields}); }, attributes);
  return fields;
}

void write_count(ByteWriter& writer, std::size_t count) {
  writer.write(static_cast<std::uint32_t>(count));
}

// Only what differs from the default, so that an attribute which a later version adds leaves the identity of
// older models as it is.
void write_attributes(ByteWriter& writer, const Node& node) {
  const auto fields = fields_of(node.attributes);
  const auto defaults = fields_of(default_attributes(node.op));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i < defaults.size() && fields[i] == defaults[i]) continue;
    writer.write_string(fields[i].first);
    writer.write_bytes(fields[i].second.data(), fields[i].second.size());
  }
  writer.write_string("");
}

void write_shape(ByteWriter& writer, const Shape& shape) {
  writer.write(static_cast<std::uint8_t>(shape.rank()));
  for (int axis = 0; axis < shape.rank(); ++axis)
    writer.write(static_cast<std::uint32_t>(shape[axis]));
}

void write_node(ByteWriter& writer, const Node& node) {
  writer.write_string(op_name(node.op));
  write_count(writer, node.inputs.size());
  for (const ValueId input : node.inputs)
    writer.write(input);
  writer.write(node.output);
  write_attributes(writer, node);
  write_count(writer, node.parameters.size());
  for (const Parameter& parameter : node.parameters) {
    writer.write_string(parameter.role);
    writer.write(parameter.tensor);
  }
}

void write_graph(ByteWriter& writer, const Graph& graph) {
  write_count(writer, graph.values.size());
  for (const Value& value : graph.values) {
    writer.write(value.type);
    write_shape(writer, value.shape);
  }
  write_count(writer, graph.nodes.size());
  for (const Node& node : graph.nodes)
    write_node(writer, node);
  write_count(writer, graph.tensors.size());
  for (const Tensor& tensor : graph.tensors) {
    writer.write(tensor.type);
    write_shape(writer, tensor.shape);
    writer.write_bytes(tensor.data.data(), tensor.data.size());
  }
  writer.write(graph.input);
  writer.write(graph.features);
  writer.write(graph.descriptor);
}

// Nothing for u8, which leaves the identity of models without normalisation as it was before there was any.
void write_normalization(ByteWriter& writer, const Preprocessing& preprocessing) {
  if (preprocessing.input_type == DataType::u8) return;
  writer.write(preprocessing.input_type);
  writer.write(preprocessing.value_scale);
  writer.write(preprocessing.mean);
  writer.write(preprocessing.standard_deviation);
  writer.write(preprocessing.input_scale);
}

}  // namespace

const char* resize_rule_name(ResizeRule rule) {
  static constexpr const char* kNames[kResizeRules] = {
      "nearest",         "bilinear-opencv", "bilinear-pillow",           "bicubic-pillow",
      "bilinear-tensor", "bicubic-tensor",  "bilinear-tensor-antialias", "bicubic-tensor-antialias"};
  const auto index = static_cast<std::size_t>(rule);
  return index < kResizeRules ? kNames[index] : "unknown";
}

bool resize_rule_from_name(std::string_view name, ResizeRule* rule) {
  for (int i = 0; i < kResizeRules; ++i) {
    const auto candidate = static_cast<ResizeRule>(i);
    if (name == resize_rule_name(candidate)) {
      *rule = candidate;
      return true;
    }
  }
  return false;
}

const char* channel_order_name(ChannelOrder order) {
  switch (order) {
    case ChannelOrder::rgb:
      return "rgb";
    case ChannelOrder::bgr:
      return "bgr";
  }
  return "unknown";
}

ModelIdentity model_identity(const ModelContents& contents, unsigned numerics_revision) {
  ByteWriter writer;
  writer.write(numerics_revision);
  const Preprocessing& preprocessing = contents.preprocessing;
  writer.write(preprocessing.height);
  writer.write(preprocessing.width);
  writer.write(preprocessing.channels);
  writer.write_string(resize_rule_name(preprocessing.resize));
  writer.write_string(channel_order_name(preprocessing.channel_order));
  write_graph(writer, contents.graph);
  write_normalization(writer, preprocessing);
  return hash128(writer.bytes().data(), writer.size());
}

DescriptorSpec descriptor_spec(const ModelContents& contents) {
  const Value& value = contents.graph.values[static_cast<std::size_t>(contents.graph.descriptor)];
  DescriptorSpec spec;
  spec.type = value.type == DataType::b1   ? DescriptorType::bits
              : value.type == DataType::s8 ? DescriptorType::s8
                                           : DescriptorType::f32;
  spec.dimension = static_cast<std::int32_t>(value.shape.elements());
  spec.identity = model_identity(contents);
  return spec;
}

}  // namespace bitplace
