#include "graph/model_contents.h"

#include "core/bytes.h"
#include "core/hash.h"

namespace bitplace {
namespace {

struct IdentityFields {
  ByteWriter& writer;

  template <typename T>
  void operator()(const char*, const T& value) const {
    writer.write(value);
  }
};

void write_shape(ByteWriter& writer, const Shape& shape) {
  writer.write(static_cast<std::int32_t>(shape.rank()));
  for (int axis = 0; axis < shape.rank(); ++axis)
    writer.write(shape[axis]);
}

void write_graph(ByteWriter& writer, const Graph& graph) {
  for (const Value& value : graph.values) {
    writer.write(value.type);
    write_shape(writer, value.shape);
  }
  for (const Node& node : graph.nodes) {
    writer.write(node.op);
    for (const ValueId input : node.inputs)
      writer.write(input);
    writer.write(node.output);
    std::visit([&](const auto& attributes) { visit_fields(attributes, IdentityFields{writer}); },
               node.attributes);
    for (const Parameter& parameter : node.parameters) {
      writer.write_string(parameter.role);
      writer.write(parameter.tensor);
    }
  }
  for (const Tensor& tensor : graph.tensors) {
    writer.write(tensor.type);
    write_shape(writer, tensor.shape);
    writer.write_bytes(tensor.data.data(), tensor.data.size());
  }
  writer.write(graph.input);
  writer.write(graph.features);
  writer.write(graph.descriptor);
}

}  // namespace

const char* resize_rule_name(ResizeRule rule) {
  switch (rule) {
    case ResizeRule::nearest:
      return "nearest";
    case ResizeRule::bilinear_opencv:
      return "bilinear-opencv";
  }
  return "unknown";
}

bool resize_rule_from_name(std::string_view name, ResizeRule* rule) {
  for (const ResizeRule candidate : {ResizeRule::nearest, ResizeRule::bilinear_opencv}) {
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
  writer.write(preprocessing.resize);
  writer.write(preprocessing.channel_order);
  write_graph(writer, contents.graph);
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
