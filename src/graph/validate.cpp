#include "graph/validate.h"

#include <cmath>
#include <string>

#include "core/error.h"

namespace bitplace {
namespace {

Error node_error(const Node& node, const std::string& why) {
  return make_error(ErrorCode::corrupt, "layer '" + node.name + "' (" + op_name(node.op) + ")", why);
}

bool in_range(std::int32_t index, std::size_t count) {
  return index >= 0 && static_cast<std::size_t>(index) < count;
}

Status check_shape(const Shape& shape, const std::string& what) {
  if (shape.rank() < 1) return make_error(ErrorCode::corrupt, what, "has no shape");
  std::int64_t elements = 1;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    // One axis may be long (a flattened descriptor), as long as the whole stays bounded.
    if (shape[axis] < 1 || shape[axis] > kMaxElements) {
      return make_error(ErrorCode::corrupt, what,
                        "extent " + std::to_string(shape[axis]) + " is out of range");
    }
    elements *= shape[axis];
    if (elements > kMaxElements) return make_error(ErrorCode::corrupt, what, "shape is too large");
  }
  return {};
}

bool in(std::int64_t value, std::int64_t low, std::int64_t high) {
  return value >= low && value <= high;
}

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

Status check_threshold_parameters(const Graph& graph, const Node& node, std::int64_t channels) {
  BITPLACE_TRY(check_channel_parameter(graph, node, "threshold", DataType::s32, channels));
  BITPLACE_TRY(check_channel_parameter(graph, node, "flip", DataType::u8, channels));
  const Tensor& flip = *graph.parameter(node, "flip");
  for (const std::byte value : flip.data) {
    if (value > std::byte{1}) return node_error(node, "flip has a value other than 0 and 1");
  }
  return {};
}

Status check_convolution_attributes(const Node& node, const ConvolutionAttributes& a, const Shape& input) {
  const bool sane = in(a.kernel_height, 1, 255) && in(a.kernel_width, 1, 255) &&
                    in(a.stride_height, 1, 255) && in(a.stride_width, 1, 255) &&
                    in(a.dilation_height, 1, 255) && in(a.dilation_width, 1, 255) &&
                    in(a.groups, 1, input[3]) && in(a.pad_top, 0, 255) && in(a.pad_left, 0, 255) &&
                    in(a.pad_bottom, 0, 255) && in(a.pad_right, 0, 255) && in(a.pool_height, 1, 255) &&
                    in(a.pool_width, 1, 255);
  if (!sane) return node_error(node, "an attribute is out of range");
  if (a.padding > PaddingValue::one) return node_error(node, "unknown padding");
  if (a.epilogue > Epilogue::threshold) return node_error(node, "unknown epilogue");
  const bool padded = (a.pad_top | a.pad_left | a.pad_bottom | a.pad_right) != 0;
  if (a.padding == PaddingValue::valid && padded) return node_error(node, "valid padding with pad amounts");
  if (input[3] % a.groups != 0) return node_error(node, "input channels are not divisible by groups");
  return {};
}

Result<ValueSpec> infer_convolution(const Graph& graph, const Node& node, const Value& input) {
  const auto* a = std::get_if<ConvolutionAttributes>(&node.attributes);
  if (a == nullptr || input.shape.rank() != 4) return node_error(node, "needs an NHWC input and attributes");
  BITPLACE_TRY(check_convolution_attributes(node, *a, input.shape));
  const Tensor* weight = graph.parameter(node, "weight");
  if (weight == nullptr || weight->shape.rank() != 4) return node_error(node, "has no weight of rank 4");
  const std::int64_t filters = weight->shape[0];
  if (filters % a->groups != 0) return node_error(node, "output channels are not divisible by groups");
  const Shape expected(filters, a->kernel_height, a->kernel_width, input.shape[3] / a->groups);
  if (weight->shape != expected) {
    return node_error(node, "weight is " + to_string(weight->shape) + ", expected " + to_string(expected));
  }
  const std::int64_t rows = window_positions(input.shape[1], a->pad_top + a->pad_bottom, a->kernel_height,
                                             a->dilation_height, a->stride_height) /
                            a->pool_height;
  const std::int64_t columns = window_positions(input.shape[2], a->pad_left + a->pad_right, a->kernel_width,
                                                a->dilation_width, a->stride_width) /
                               a->pool_width;
  if (rows < 1 || columns < 1) return node_error(node, "the kernel does not fit into its input");
  const bool integer = input.type == DataType::u8 || input.type == DataType::b1;
  DataType type = integer ? DataType::s32 : DataType::f32;
  if (a->epilogue == Epilogue::threshold) {
    if (!integer) return node_error(node, "a threshold needs integer accumulators");
    BITPLACE_TRY(check_threshold_parameters(graph, node, filters));
    type = DataType::b1;
  }
  const std::int64_t largest = input.type == DataType::u8 ? 255 : 1;
  if (integer && a->kernel_height * std::int64_t{a->kernel_width} * expected[3] * largest > INT32_MAX / 4) {
    return node_error(node, "its accumulator does not fit 32 bits");
  }
  return ValueSpec{type, Shape(std::int64_t{1}, rows, columns, filters)};
}

Result<ValueSpec> infer_max_pool(const Graph& graph, const Node& node, const Value& input) {
  const auto* a = std::get_if<MaxPoolAttributes>(&node.attributes);
  if (a == nullptr || input.shape.rank() != 4) return node_error(node, "needs an NHWC input and attributes");
  const bool sane = in(a->window_height, 1, 255) && in(a->window_width, 1, 255) &&
                    in(a->stride_height, 1, 255) && in(a->stride_width, 1, 255) &&
                    in(a->pad_top, 0, a->window_height - 1) && in(a->pad_left, 0, a->window_width - 1) &&
                    in(a->pad_bottom, 0, a->window_height - 1) && in(a->pad_right, 0, a->window_width - 1);
  if (!sane) return node_error(node, "an attribute is out of range");
  const std::int64_t rows =
      window_positions(input.shape[1], a->pad_top + a->pad_bottom, a->window_height, 1, a->stride_height);
  const std::int64_t columns =
      window_positions(input.shape[2], a->pad_left + a->pad_right, a->window_width, 1, a->stride_width);
  if (rows < 1 || columns < 1) return node_error(node, "the window does not fit into its input");
  // Every window holds a tap of the image: the last one starts inside it.
  if ((rows - 1) * a->stride_height >= input.shape[1] + a->pad_top ||
      (columns - 1) * a->stride_width >= input.shape[2] + a->pad_left) {
    return node_error(node, "a window lies wholly in the padding");
  }
  if (graph.parameter(node, "flip") != nullptr) {
    if (input.type != DataType::b1) return node_error(node, "only bits are pooled with flip");
    BITPLACE_TRY(check_channel_parameter(graph, node, "flip", DataType::u8, input.shape[3]));
  }
  return ValueSpec{input.type, Shape(std::int64_t{1}, rows, columns, input.shape[3])};
}

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
    BITPLACE_TRY(
        check_channel_parameter(graph, node, role, DataType::f32, input.shape[input.shape.rank() - 1]));
  }
  return ValueSpec{DataType::f32, input.shape};
}

Status check_input_type(const Node& node, const Value& input) {
  bool fits = true;
  switch (node.op) {
    case Op::threshold:
      fits = input.type == DataType::s32;
      break;
    case Op::sign:
      fits = is_number(input.type);
      break;
    case Op::max_pool:
      fits = is_number(input.type) || input.type == DataType::b1;
      break;
    case Op::l2_normalize:
    case Op::quantize:
    case Op::divide:
    case Op::multiply_add:
    case Op::batch_norm:
      fits = is_number(input.type);
      break;
    case Op::convolution:
    case Op::reshape:
      break;
  }
  if (!fits) return node_error(node, std::string("cannot take ") + data_type_name(input.type));
  return {};
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

Status check_tensors(const Graph& graph) {
  for (const Tensor& tensor : graph.tensors) {
    const std::string what = "tensor '" + tensor.name + "'";
    if (static_cast<int>(tensor.type) >= kDataTypeCount)
      return make_error(ErrorCode::corrupt, what, "unknown type");
    BITPLACE_TRY(check_shape(tensor.shape, what));
    if (tensor.data.size() != dense_bytes(tensor.type, tensor.shape)) {
      return make_error(ErrorCode::corrupt, what, "its data has the wrong size");
    }
  }
  return {};
}

Status check_node(const Graph& graph, const Node& node, const std::vector<bool>& written) {
  if (node.inputs.empty() || node.inputs.size() > 8) return node_error(node, "wrong number of inputs");
  for (const ValueId input : node.inputs) {
    if (!in_range(input, graph.values.size())) return node_error(node, "reads a value that does not exist");
    if (!written[static_cast<std::size_t>(input)])
      return node_error(node, "reads a value before it is written");
  }
  for (const Parameter& parameter : node.parameters) {
    if (!in_range(parameter.tensor, graph.tensors.size()))
      return node_error(node, "uses a tensor that does not exist");
  }
  if (!in_range(node.output, graph.values.size()))
    return node_error(node, "writes a value that does not exist");
  if (written[static_cast<std::size_t>(node.output)]) return node_error(node, "writes a value a second time");
  return {};
}

}  // namespace

Result<ValueSpec> infer_output(const Graph& graph, const Node& node) {
  if (std::string_view(op_name(node.op)) == "unknown") return node_error(node, "unknown operation");
  BITPLACE_TRY(check_attribute_kind(node));
  if (node.inputs.size() != 1) return node_error(node, "takes one input");
  const Value& input = graph.values[static_cast<std::size_t>(node.inputs[0])];
  BITPLACE_TRY(check_input_type(node, input));
  const std::int64_t channels = input.shape[input.shape.rank() - 1];
  switch (node.op) {
    case Op::convolution:
      return infer_convolution(graph, node, input);
    case Op::max_pool:
      return infer_max_pool(graph, node, input);
    case Op::threshold:
      BITPLACE_TRY(check_threshold_parameters(graph, node, channels));
      return ValueSpec{DataType::b1, input.shape};
    case Op::sign:
      return ValueSpec{DataType::b1, input.shape};
    case Op::reshape:
      return infer_reshape(input);
    case Op::l2_normalize:
      return ValueSpec{DataType::f32, input.shape};
    case Op::quantize:
      return ValueSpec{DataType::s8, input.shape};
    case Op::divide:
      return ValueSpec{DataType::f32, input.shape};
    case Op::multiply_add:
      return infer_channel_affine(graph, node, input, {"multiplier", "addend"});
    case Op::batch_norm:
      return infer_channel_affine(graph, node, input, {"mean", "variance", "weight", "bias"});
  }
  return node_error(node, "unknown operation");
}

Status validate_graph(const Graph& graph) {
  if (graph.nodes.size() > kMaxNodes || graph.values.size() > kMaxNodes + 1) {
    return make_error(ErrorCode::corrupt, "graph", "too many layers");
  }
  if (!in_range(graph.input, graph.values.size()) || !in_range(graph.features, graph.values.size()) ||
      !in_range(graph.descriptor, graph.values.size())) {
    return make_error(ErrorCode::corrupt, "graph",
                      "input, features or descriptor is not a value of the graph");
  }
  BITPLACE_TRY(check_tensors(graph));
  for (const Value& value : graph.values) {
    const std::string what = "value '" + value.name + "'";
    if (static_cast<int>(value.type) >= kDataTypeCount)
      return make_error(ErrorCode::corrupt, what, "unknown type");
    BITPLACE_TRY(check_shape(value.shape, what));
    if (value.shape.rank() != 4 || value.shape[0] != 1) {
      return make_error(ErrorCode::corrupt, what, "is not NHWC with one image");
    }
    if (value.shape[1] > kMaxExtent || value.shape[2] > kMaxExtent) {
      return make_error(ErrorCode::corrupt, what, "shape is too large");
    }
  }
  std::vector<bool> written(graph.values.size());
  written[static_cast<std::size_t>(graph.input)] = true;
  for (const Node& node : graph.nodes) {
    BITPLACE_TRY(check_node(graph, node, written));
    Result<ValueSpec> spec = infer_output(graph, node);
    if (!spec.ok()) return spec.error();
    const Value& output = graph.values[static_cast<std::size_t>(node.output)];
    if (output.type != spec->type || output.shape != spec->shape) {
      return node_error(node, std::string("states an output ") + data_type_name(output.type) + "[" +
                                  to_string(output.shape) + "], computed " + data_type_name(spec->type) +
                                  "[" + to_string(spec->shape) + "]");
    }
    written[static_cast<std::size_t>(node.output)] = true;
  }
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (!written[i])
      return make_error(ErrorCode::corrupt, "value '" + graph.values[i].name + "'", "is never written");
  }
  return {};
}

namespace {

Error cannot_run(const Node& node, const std::string& why) {
  return make_error(ErrorCode::unsupported, "layer '" + node.name + "' (" + op_name(node.op) + ")", why);
}

// Largest magnitude that each value can hold, where it is s32: that of the convolution it comes from.
std::vector<std::int64_t> largest_magnitudes(const Graph& graph) {
  std::vector<std::int64_t> largest(graph.values.size(), INT32_MAX);
  for (const Node& node : graph.nodes) {
    const auto input = static_cast<std::size_t>(node.inputs[0]);
    std::int64_t& output = largest[static_cast<std::size_t>(node.output)];
    output = largest[input];
    if (node.op == Op::convolution) {
      const Tensor& weight = *graph.parameter(node, "weight");
      const std::int64_t taps = weight.shape.elements() / weight.shape[0];
      output = taps * (graph.values[input].type == DataType::u8 ? 255 : 1);
    }
  }
  return largest;
}

// The sum of squares of s32 values is taken exactly, in 64 bits.
Status check_sum_of_squares(const Node& node, std::int64_t largest_magnitude, const Value& input) {
  const auto largest = static_cast<std::uint64_t>(largest_magnitude);
  std::uint64_t sum = 0;
  const bool fits =
      !__builtin_mul_overflow(largest * largest, static_cast<std::uint64_t>(input.shape.elements()), &sum);
  if (!fits || sum > INT64_MAX) return cannot_run(node, "its sum of squares does not fit 64 bits");
  return {};
}

bool plays_role(Op op, std::string_view role) {
  switch (op) {
    case Op::convolution:
      return role == "weight" || role == "threshold" || role == "flip";
    case Op::threshold:
      return role == "threshold" || role == "flip";
    case Op::max_pool:
      return role == "flip";
    default:
      return false;
  }
}

// A parameter that no kernel reads would be a part of the layer's meaning that is lost in silence.
Status check_roles(const Node& node) {
  for (std::size_t i = 0; i < node.parameters.size(); ++i) {
    const std::string& role = node.parameters[i].role;
    if (!plays_role(node.op, role)) return cannot_run(node, "has no parameter named '" + role + "'");
    for (std::size_t j = 0; j < i; ++j) {
      if (node.parameters[j].role == role) return node_error(node, "has two parameters named '" + role + "'");
    }
  }
  const auto* convolution = std::get_if<ConvolutionAttributes>(&node.attributes);
  if (convolution != nullptr && convolution->epilogue == Epilogue::raw && node.parameters.size() > 1) {
    return node_error(node, "has thresholds and no threshold epilogue");
  }
  return {};
}

Status check_deployable_node(const Graph& graph, const Node& node, std::int64_t largest_input) {
  if (!is_deployable(node.op)) return cannot_run(node, "is a desk operation");
  BITPLACE_TRY(check_roles(node));
  const Value& input = graph.values[static_cast<std::size_t>(node.inputs[0])];
  if (node.op == Op::convolution) {
    const auto& a = std::get<ConvolutionAttributes>(node.attributes);
    const DataType weight = graph.parameter(node, "weight")->type;
    const bool known = weight == DataType::b1 && (input.type == DataType::b1 || input.type == DataType::u8);
    if (!known) {
      return cannot_run(node, std::string("no kernel takes ") + data_type_name(input.type) + " x " +
                                  data_type_name(weight));
    }
    if (input.type == DataType::u8 && a.padding == PaddingValue::one) {
      return cannot_run(node, "padding with one has no meaning for u8");
    }
  }
  if (node.op == Op::sign && input.type != DataType::f32) return cannot_run(node, "takes f32");
  if (node.op == Op::l2_normalize && input.type == DataType::s32) {
    BITPLACE_TRY(check_sum_of_squares(node, largest_input, input));
  }
  // Bits lie in 32-bit words per pixel: another shape is the same memory only where no word is partly used.
  if (node.op == Op::reshape && input.type == DataType::b1 && input.shape[3] % 32 != 0 &&
      input.shape[1] * input.shape[2] != 1) {
    return cannot_run(node, "bits of this many channels cannot be reshaped in place");
  }
  return {};
}

}  // namespace

Status validate_deployable(const Graph& graph) {
  BITPLACE_TRY(validate_graph(graph));
  const std::vector<std::int64_t> largest = largest_magnitudes(graph);
  for (const Node& node : graph.nodes) {
    BITPLACE_TRY(check_deployable_node(graph, node, largest[static_cast<std::size_t>(node.inputs[0])]));
  }
  const DataType input = graph.values[static_cast<std::size_t>(graph.input)].type;
  if (input != DataType::u8 && input != DataType::s8 && input != DataType::f32 && input != DataType::f16)
    return make_error(ErrorCode::unsupported, "graph", "its input is not u8, s8, f32 or f16");
  const Value& descriptor = graph.values[static_cast<std::size_t>(graph.descriptor)];
  const bool encoded =
      descriptor.type == DataType::f32 || descriptor.type == DataType::s8 || descriptor.type == DataType::b1;
  if (!encoded || descriptor.shape[1] != 1 || descriptor.shape[2] != 1) {
    return make_error(ErrorCode::unsupported, "graph", "its descriptor is not a flat f32, s8 or b1 value");
  }
  const DataType features = graph.values[static_cast<std::size_t>(graph.features)].type;
  if (!is_number(features))
    return make_error(ErrorCode::unsupported, "graph", "its features are not s32 or f32");
  return {};
}

}  // namespace bitplace
