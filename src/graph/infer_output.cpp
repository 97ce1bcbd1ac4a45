#include <cmath>
#include <string>

#include "graph/infer.h"

namespace bitplace {
namespace infer {

// Positions of a window over one axis, or 0 where none fits.
std::int64_t window_positions(std::int64_t extent, std::int64_t pad, std::int64_t window,
                              std::int64_t dilation, std::int64_t stride) {
  const std::int64_t span = (window - 1) * dilation + 1;
  const std::int64_t padded = extent + pad;
  return padded < span ? 0 : (padded - span) / stride + 1;
}

Status check_channel_parameter(const Graph& graph, const Node& node, const char* role, DataType type,
                               std::int64_t channels) {
  const Tensor* tensor = graph.parameter(node, role);
  if (tensor == nullptr) return node_error(node, std::string("has no ") + role);
  if (tensor->type != type || tensor->shape != Shape(channels)) {
    return node_error(node, std::string(role) + " is " + data_type_name(tensor->type) + "[" +
                                to_string(tensor->shape) + "], expected " + data_type_name(type) + "[" +
                                std::to_string(channels) + "]");
  }
  return {};
}

Status check_threshold_parameters(const Graph& graph, const Node& node, DataType type,
                                  std::int64_t channels) {
  BITPLACE_TRY(check_channel_parameter(graph, node, "threshold", type, channels));
  BITPLACE_TRY(check_channel_parameter(graph, node, "flip", DataType::u8, channels));
  const Tensor& flip = *graph.parameter(node, "flip");
  for (const std::byte value : flip.data) {
    if (value > std::byte{1}) return node_error(node, "flip has a value other than 0 and 1");
  }
  return {};
}

}  // namespace infer

namespace {

bool is_number(DataType type) {
  return type == DataType::s32 || type == DataType::f32;
}

ValueSpec infer_reshape(const Value& input) {
  return ValueSpec{input.type,
                   Shape(std::int64_t{1}, std::int64_t{1}, std::int64_t{1}, input.shape.elements())};
}

Result<ValueSpec> infer_channel_affine(const Graph& graph, const Node& node, const Value& input,
                                       std::initializer_list<const char*> roles) {
  for (const char* role : roles) {
    BITPLACE_TRY(infer::check_channel_parameter(graph, node, role, DataType::f32,
                                                input.shape[input.shape.rank() - 1]));
  }
  return ValueSpec{DataType::f32, input.shape};
}

// The types that an operation's first input may have.
bool takes(Op op, DataType type) {
  const bool floats = type == DataType::f32 || type == DataType::f16;
  switch (op) {
    case Op::threshold:
    case Op::sign:
    case Op::l2_normalize:
    case Op::divide:
    case Op::multiply_add:
    case Op::batch_norm:
    case Op::levels:
      return is_number(type);
    case Op::quantize:
      return is_number(type) || floats;
    case Op::max_pool:
      return is_number(type) || floats || type == DataType::b1 || type == DataType::s8 ||
             type == DataType::u8;
    case Op::average_pool:
    case Op::add:
    case Op::multiply_channels:
    case Op::transpose:
    case Op::concatenate:
      return floats || type == DataType::s8;
    case Op::gem_pool:
    case Op::l2_normalize_channels:
    case Op::softmax:
    case Op::vlad:
    case Op::layer_norm:
      return type == DataType::f32;
    case Op::activation:
      return floats;
    case Op::lookup:
      return type == DataType::s8 || type == DataType::u8;
    case Op::dequantize:
      return type == DataType::s8 || type == DataType::s32;
    case Op::convolution:
    case Op::reshape:
    case Op::cast:
      break;
  }
  return true;
}

Status check_input_type(const Node& node, const Value& input) {
  if (takes(node.op, input.type)) return {};
  return node_error(node, std::string("cannot take ") + data_type_name(input.type));
}

Status check_attribute_kind(const Node& node) {
  if (node.attributes.index() != default_attributes(node.op).index())
    return node_error(node, "wrong attributes");
  if (const auto* quantize = std::get_if<QuantizeAttributes>(&node.attributes)) {
    if (!std::isnormal(quantize->scale) || quantize->scale < 0)
      return node_error(node, "scale is not a normal number");
  }
  return {};
}

std::size_t input_count(Op op) {
  const bool two = op == Op::add || op == Op::multiply_channels || op == Op::vlad || op == Op::concatenate;
  return two ? 2 : 1;
}

}  // namespace

Result<ValueSpec> infer_output(const Graph& graph, const Node& node) {
  if (std::string_view(op_name(node.op)) == "unknown") return node_error(node, "unknown operation");
  BITPLACE_TRY(check_attribute_kind(node));
  const std::size_t inputs = input_count(node.op);
  if (node.inputs.size() != inputs)
    return node_error(node, inputs == 1 ? "takes one input" : "takes two inputs");
  const Value& input = graph.values[static_cast<std::size_t>(node.inputs[0])];
  BITPLACE_TRY(check_input_type(node, input));
  const std::int64_t channels = input.shape[input.shape.rank() - 1];
  switch (node.op) {
    case Op::convolution:
      return infer::convolution(graph, node, input);
    case Op::max_pool:
      return infer::max_pool(graph, node, input);
    case Op::threshold:
      BITPLACE_TRY(infer::check_threshold_parameters(graph, node, input.type, channels));
      return ValueSpec{DataType::b1, input.shape};
    case Op::sign:
      return ValueSpec{DataType::b1, input.shape};
    case Op::reshape:
      return infer_reshape(input);
    case Op::l2_normalize:
      return ValueSpec{DataType::f32, input.shape};
    case Op::quantize:
      return infer::quantize(node, input);
    case Op::average_pool:
      return infer::average_pool(node, input);
    case Op::add:
      return infer::add(graph, node, input);
    case Op::multiply_channels:
      return infer::multiply_channels(graph, node, input);
    case Op::activation:
      return infer::activation(node, input);
    case Op::lookup:
      return infer::lookup(graph, node, input);
    case Op::dequantize:
      return infer::dequantize(graph, node, input);
    case Op::cast:
      return infer::cast(node, input);
    case Op::gem_pool:
      return infer::gem_pool(node, input);
    case Op::l2_normalize_channels:
    case Op::softmax:
      return ValueSpec{DataType::f32, input.shape};
    case Op::vlad:
      return infer::vlad(graph, node, input);
    case Op::layer_norm:
      return infer::layer_norm(graph, node, input);
    case Op::transpose:
      return infer::transpose(node, input);
    case Op::concatenate:
      return infer::concatenate(graph, node, input);
    case Op::divide:
      return ValueSpec{DataType::f32, input.shape};
    case Op::multiply_add:
      return infer_channel_affine(graph, node, input, {"multiplier", "addend"});
    case Op::batch_norm:
      return infer_channel_affine(graph, node, input, {"mean", "variance", "weight", "bias"});
    case Op::levels:
      return infer::levels(node, input);
  }
  return node_error(node, "unknown operation");
}

}  // namespace bitplace
