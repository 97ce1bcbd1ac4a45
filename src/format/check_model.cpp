#include "format/check_model.h"

#include <cmath>

#include "core/error.h"
#include "format/plain_text.h"
#include "format/section_reader.h"
#include "graph/validate.h"
#include "image/normalize.h"

namespace bitplace {
namespace {

Status check_text(const std::string& text, std::size_t longest, const char* what, bool lines = false) {
  if (text.size() > longest) return make_error(ErrorCode::corrupt, what, "is too long");
  if (!is_plain_text(text, lines)) {
    return make_error(ErrorCode::corrupt, what, "is not UTF-8 or has control characters");
  }
  return {};
}

Status check_names(const ModelContents& contents) {
  BITPLACE_TRY(check_text(contents.network, kLongestName, "network name"));
  for (const auto& [key, text] : contents.metadata) {
    BITPLACE_TRY(check_text(key, kLongestName, "a metadata key"));
    BITPLACE_TRY(check_text(text, kLongestText, "a metadata text", true));
  }
  for (const Value& value : contents.graph.values)
    BITPLACE_TRY(check_text(value.name, kLongestName, "a value's name"));
  for (const Node& node : contents.graph.nodes)
    BITPLACE_TRY(check_text(node.name, kLongestName, "a layer's name"));
  for (const Tensor& tensor : contents.graph.tensors)
    BITPLACE_TRY(check_text(tensor.name, kLongestName, "a tensor's name"));
  return {};
}

Status check_counts(const ModelContents& contents) {
  if (contents.metadata.size() > kMaxMetadata) {
    return make_error(ErrorCode::corrupt, "metadata", "has too many entries");
  }
  if (contents.graph.tensors.size() > kMaxTensors) {
    return make_error(ErrorCode::corrupt, "graph", "has too many tensors");
  }
  return {};
}

Status check_preprocessing(const ModelContents& contents) {
  const Preprocessing& preprocessing = contents.preprocessing;
  if (preprocessing.channels != 3) {
    return make_error(ErrorCode::unsupported, "preprocessing", "only three channels are known");
  }
  if (!std::isnormal(preprocessing.value_scale) || preprocessing.value_scale < 0) {
    return make_error(ErrorCode::corrupt, "preprocessing", "the value scale is not a normal number");
  }
  BITPLACE_TRY(check_normalization(preprocessing));
  const Graph& graph = contents.graph;
  const DataType type = graph.values[static_cast<std::size_t>(graph.input)].type;
  if (type != preprocessing.input_type) {
    return make_error(ErrorCode::corrupt, "preprocessing",
                      std::string("makes ") + data_type_name(preprocessing.input_type) +
                          ", the graph reads " + data_type_name(type));
  }
  const Shape expected(1, preprocessing.height, preprocessing.width, preprocessing.channels);
  if (graph.values[static_cast<std::size_t>(graph.input)].shape != expected) {
    return make_error(ErrorCode::corrupt, "preprocessing",
                      "makes " + to_string(expected) + ", the graph reads another shape");
  }
  return {};
}

Status check_unused_bits(const Tensor& tensor) {
  const std::size_t rows = static_cast<std::size_t>(tensor.shape[0]);
  const std::size_t row_bytes = tensor.data.size() / rows;
  const std::size_t row_bits = static_cast<std::size_t>(tensor.shape.elements()) / rows *
                               static_cast<std::size_t>(bits_per_element(tensor.type));
  if (row_bits % 8 == 0) return {};
  const std::byte unused = static_cast<std::byte>(0xffu << (row_bits % 8));
  for (std::size_t row = 0; row < rows; ++row) {
    if ((tensor.data[(row + 1) * row_bytes - 1] & unused) != std::byte{0}) {
      return make_error(ErrorCode::corrupt, "tensor '" + tensor.name + "'", "has unused bits that are not 0");
    }
  }
  return {};
}

}  // namespace

Status check_model(const ModelContents& contents) {
  BITPLACE_TRY(check_names(contents));
  BITPLACE_TRY(check_counts(contents));
  BITPLACE_TRY(validate_deployable(contents.graph));
  BITPLACE_TRY(check_preprocessing(contents));
  for (const Tensor& tensor : contents.graph.tensors)
    BITPLACE_TRY(check_unused_bits(tensor));
  return {};
}

}  // namespace bitplace
