#include "format/read_sections.h"

#include <algorithm>

#include "format/attributes.h"
#include "format/check_model.h"
#include "format/section_reader.h"

namespace bitplace {
namespace {

Status read_metadata(ByteSpan bytes, ModelContents* contents) {
  SectionReader reader("metadata", bytes);
  BITPLACE_TRY(reader.name("the network's name", &contents->network));
  std::size_t count = 0;
  BITPLACE_TRY(reader.count("entries", kMaxMetadata, 8, &count));
  for (std::size_t i = 0; i < count; ++i) {
    reader.enter("entry", i);
    auto& [key, text] = contents->metadata.emplace_back();
    BITPLACE_TRY(reader.name("a key", &key));
    BITPLACE_TRY(reader.text("a text", kLongestText, &text));
  }
  return reader.finished();
}

bool channel_order_from_name(const std::string& name, ChannelOrder* order) {
  for (const ChannelOrder candidate : {ChannelOrder::rgb, ChannelOrder::bgr}) {
    if (name == channel_order_name(candidate)) {
      *order = candidate;
      return true;
    }
  }
  return false;
}

bool normalized_type_from_name(const std::string& name, DataType* type) {
  for (const DataType candidate : {DataType::s8, DataType::f32, DataType::f16}) {
    if (name == data_type_name(candidate)) {
      *type = candidate;
      return true;
    }
  }
  return false;
}

// Behind the value scale, in files whose input is not u8.
Status read_normalization(SectionReader& reader, Preprocessing* preprocessing) {
  std::string type;
  BITPLACE_TRY(reader.name("the input's type", &type));
  BITPLACE_TRY(reader.number("the means", &preprocessing->mean));
  BITPLACE_TRY(reader.number("the standard deviations", &preprocessing->standard_deviation));
  BITPLACE_TRY(reader.number("the input's scale", &preprocessing->input_scale));
  if (!normalized_type_from_name(type, &preprocessing->input_type)) {
    return reader.error("unknown input type", ErrorCode::unsupported);
  }
  return {};
}

Status read_preprocessing(ByteSpan bytes, Preprocessing* preprocessing) {
  SectionReader reader("preprocessing", bytes);
  std::string resize;
  std::string order;
  BITPLACE_TRY(reader.number("height", &preprocessing->height));
  BITPLACE_TRY(reader.number("width", &preprocessing->width));
  BITPLACE_TRY(reader.number("channels", &preprocessing->channels));
  BITPLACE_TRY(reader.name("the resize rule", &resize));
  BITPLACE_TRY(reader.name("the channel order", &order));
  BITPLACE_TRY(reader.number("the value scale", &preprocessing->value_scale));
  if (!resize_rule_from_name(resize, &preprocessing->resize)) {
    return reader.error("unknown resize rule", ErrorCode::unsupported);
  }
  if (!channel_order_from_name(order, &preprocessing->channel_order)) {
    return reader.error("unknown channel order", ErrorCode::unsupported);
  }
  if (!reader.at_end()) BITPLACE_TRY(read_normalization(reader, preprocessing));
  return reader.finished();
}

Status read_values(ByteSpan bytes, Graph* graph) {
  SectionReader reader("values", bytes);
  std::size_t count = 0;
  BITPLACE_TRY(reader.count("values", kMaxNodes + 1, 10, &count));
  graph->values.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    reader.enter("value", i);
    Value& value = graph->values[i];
    BITPLACE_TRY(reader.name("a name", &value.name));
    BITPLACE_TRY(reader.data_type(&value.type));
    BITPLACE_TRY(reader.shape(&value.shape));
  }
  BITPLACE_TRY(reader.number("the input's index", &graph->input));
  BITPLACE_TRY(reader.number("the features' index", &graph->features));
  BITPLACE_TRY(reader.number("the descriptor's index", &graph->descriptor));
  return reader.finished();
}

Status read_op(SectionReader& reader, Op* op) {
  std::string name;
  BITPLACE_TRY(reader.name("the operation", &name));
  for (int code = 0; code < 256; ++code) {
    if (op_from_code(static_cast<std::uint8_t>(code), op) && name == op_name(*op)) return {};
  }
  return reader.error("unknown operation", ErrorCode::unsupported);
}

Status read_node(SectionReader& reader, Node* node) {
  constexpr std::size_t kMostInputs = 8;
  constexpr std::size_t kMostParameters = 16;
  BITPLACE_TRY(reader.name("a name", &node->name));
  BITPLACE_TRY(read_op(reader, &node->op));
  std::size_t inputs = 0;
  BITPLACE_TRY(reader.count("inputs", kMostInputs, 4, &inputs));
  node->inputs.resize(inputs);
  for (ValueId& input : node->inputs)
    BITPLACE_TRY(reader.number("an input", &input));
  BITPLACE_TRY(reader.number("the output", &node->output));
  BITPLACE_TRY(read_attributes(reader, node->op, &node->attributes));
  std::size_t parameters = 0;
  BITPLACE_TRY(reader.count("parameters", kMostParameters, 8, &parameters));
  node->parameters.resize(parameters);
  for (Parameter& parameter : node->parameters) {
    BITPLACE_TRY(reader.name("a parameter's role", &parameter.role));
    BITPLACE_TRY(reader.number("a parameter's tensor", &parameter.tensor));
  }
  return {};
}

Status read_nodes(ByteSpan bytes, Graph* graph) {
  SectionReader reader("nodes", bytes);
  std::size_t count = 0;
  BITPLACE_TRY(reader.count("nodes", kMaxNodes, 24, &count));
  graph->nodes.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    reader.enter("node", i);
    BITPLACE_TRY(read_node(reader, &graph->nodes[i]));
  }
  return reader.finished();
}

// The types below 8 bits are stored as bits of their own width, all others raw.
Status check_encoding(const SectionReader& reader, DataType type, std::uint8_t encoding, std::uint8_t k) {
  if (encoding > static_cast<std::uint8_t>(TensorEncoding::sparse)) {
    return reader.error("unknown encoding code " + std::to_string(encoding));
  }
  const int width = bits_per_element(type);
  const auto expected = width < 8 ? TensorEncoding::bits : TensorEncoding::raw;
  if (static_cast<TensorEncoding>(encoding) != expected || k != (width < 8 ? width : 0)) {
    return reader.error("this reader knows raw tensors and bits of their type's width",
                        ErrorCode::unsupported);
  }
  return {};
}

// `end` is where the tensor before it ends in the data section.
Status read_tensor(SectionReader& reader, ByteSpan data, Tensor* tensor, std::uint64_t* end) {
  std::uint8_t encoding = 0;
  std::uint8_t k = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  BITPLACE_TRY(reader.name("a name", &tensor->name));
  BITPLACE_TRY(reader.data_type(&tensor->type));
  BITPLACE_TRY(reader.shape(&tensor->shape));
  BITPLACE_TRY(reader.number("the encoding", &encoding));
  BITPLACE_TRY(reader.number("the encoding", &k));
  BITPLACE_TRY(reader.number("the offset", &offset));
  BITPLACE_TRY(reader.number("the size", &bytes));
  BITPLACE_TRY(check_encoding(reader, tensor->type, encoding, k));
  if (bytes != dense_bytes(tensor->type, tensor->shape)) {
    return reader.error("its size does not follow from its type and shape");
  }
  if (offset != align_section(*end)) return reader.error("it does not follow the tensor before it");
  if (offset > data.size() || bytes > data.size() - offset) {
    return reader.error("it goes past the end of the data section");
  }
  const ByteSpan gap = data.subspan(*end, offset - *end);
  if (std::any_of(gap.begin(), gap.end(), [](std::byte byte) { return byte != std::byte{0}; })) {
    return reader.error("the padding before it is not 0");
  }
  const ByteSpan stored = data.subspan(offset, bytes);
  tensor->data.assign(stored.begin(), stored.end());
  *end = offset + bytes;
  return {};
}

Status read_tensors(ByteSpan table, ByteSpan data, Graph* graph) {
  SectionReader reader("tensors", table);
  std::size_t count = 0;
  BITPLACE_TRY(reader.count("tensors", kMaxTensors, 28, &count));
  graph->tensors.resize(count);
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < count; ++i) {
    reader.enter("tensor", i);
    BITPLACE_TRY(read_tensor(reader, data, &graph->tensors[i], &end));
  }
  BITPLACE_TRY(reader.finished());
  if (end != data.size()) {
    return make_error(ErrorCode::corrupt, "section data", "bytes follow the last tensor");
  }
  return {};
}

}  // namespace

Result<ModelContents> read_sections(const Sections<ByteSpan>& sections) {
  ModelContents contents;
  BITPLACE_TRY(read_metadata(sections[SectionKind::metadata], &contents));
  BITPLACE_TRY(read_preprocessing(sections[SectionKind::preprocessing], &contents.preprocessing));
  BITPLACE_TRY(read_values(sections[SectionKind::values], &contents.graph));
  BITPLACE_TRY(read_nodes(sections[SectionKind::nodes], &contents.graph));
  BITPLACE_TRY(read_tensors(sections[SectionKind::tensors], sections[SectionKind::data], &contents.graph));
  return contents;
}

}  // namespace bitplace
