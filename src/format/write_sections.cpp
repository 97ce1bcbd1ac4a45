#include "format/write_sections.h"

#include "format/attributes.h"

namespace bitplace {
namespace {

void write_count(ByteWriter& writer, std::size_t count) {
  writer.write(static_cast<std::uint32_t>(count));
}

void write_shape(ByteWriter& writer, const Shape& shape) {
  writer.write(static_cast<std::uint8_t>(shape.rank()));
  for (int axis = 0; axis < shape.rank(); ++axis)
    writer.write(static_cast<std::uint32_t>(shape[axis]));
}

std::vector<std::byte> write_metadata(const ModelContents& contents) {
  ByteWriter writer;
  writer.write_string(contents.network);
  write_count(writer, contents.metadata.size());
  for (const auto& [key, text] : contents.metadata) {
    writer.write_string(key);
    writer.write_string(text);
  }
  return writer.take();
}

std::vector<std::byte> write_preprocessing(const Preprocessing& preprocessing) {
  ByteWriter writer;
  writer.write(preprocessing.height);
  writer.write(preprocessing.width);
  writer.write(preprocessing.channels);
  writer.write_string(resize_rule_name(preprocessing.resize));
  writer.write_string(channel_order_name(preprocessing.channel_order));
  writer.write(preprocessing.value_scale);
  if (preprocessing.input_type != DataType::u8) {
    writer.write_string(data_type_name(preprocessing.input_type));
    writer.write(preprocessing.mean);
    writer.write(preprocessing.standard_deviation);
    writer.write(preprocessing.input_scale);
  }
  return writer.take();
}

std::vector<std::byte> write_values(const Graph& graph) {
  ByteWriter writer;
  write_count(writer, graph.values.size());
  for (const Value& value : graph.values) {
    writer.write_string(value.name);
    writer.write(value.type);
    write_shape(writer, value.shape);
  }
  writer.write(graph.input);
  writer.write(graph.features);
  writer.write(graph.descriptor);
  return writer.take();
}

std::vector<std::byte> write_nodes(const Graph& graph) {
  ByteWriter writer;
  write_count(writer, graph.nodes.size());
  for (const Node& node : graph.nodes) {
    writer.write_string(node.name);
    writer.write_string(op_name(node.op));
    write_count(writer, node.inputs.size());
    for (const ValueId input : node.inputs)
      writer.write(input);
    writer.write(node.output);
    write_attributes(writer, node.attributes);
    write_count(writer, node.parameters.size());
    for (const Parameter& parameter : node.parameters) {
      writer.write_string(parameter.role);
      writer.write(parameter.tensor);
    }
  }
  return writer.take();
}

// The table of tensors, and their bytes one after the other.
void write_tensors(const Graph& graph, Sections<std::vector<std::byte>>& sections) {
  ByteWriter table;
  ByteWriter data;
  write_count(table, graph.tensors.size());
  for (const Tensor& tensor : graph.tensors) {
    const int width = bits_per_element(tensor.type);
    data.align(kSectionAlignment);
    table.write_string(tensor.name);
    table.write(tensor.type);
    write_shape(table, tensor.shape);
    table.write(width < 8 ? TensorEncoding::bits : TensorEncoding::raw);
    table.write(static_cast<std::uint8_t>(width < 8 ? width : 0));
    table.write(static_cast<std::uint64_t>(data.size()));
    table.write(static_cast<std::uint64_t>(tensor.data.size()));
    data.write_bytes(tensor.data.data(), tensor.data.size());
  }
  sections[SectionKind::tensors] = table.take();
  sections[SectionKind::data] = data.take();
}

}  // namespace

Sections<std::vector<std::byte>> write_sections(const ModelContents& contents) {
  Sections<std::vector<std::byte>> sections;
  sections[SectionKind::metadata] = write_metadata(contents);
  sections[SectionKind::preprocessing] = write_preprocessing(contents.preprocessing);
  sections[SectionKind::values] = write_values(contents.graph);
  sections[SectionKind::nodes] = write_nodes(contents.graph);
  write_tensors(contents.graph, sections);
  return sections;
}

}  // namespace bitplace
