#include <algorithm>
#include <cmath>
#include <string>

#include "graph/code_range.h"
#include "graph/node_error.h"
#include "graph/validate.h"

namespace bitplace {
namespace {

Error cannot_run(const Node& node, const std::string& why) {
  return node_error(node, why, ErrorCode::unsupported);
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
      output = taps * type_range(graph.values[input].type).magnitude() * largest_weight(weight.type);
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
      return role == "weight" || role == "threshold" || role == "flip" || role == "scale" || role == "bias";
    case Op::threshold:
      return role == "threshold" || role == "flip";
    case Op::max_pool:
      return role == "flip";
    case Op::lookup:
      return role == "table";
    case Op::dequantize:
      return role == "scale" || role == "bias";
    case Op::vlad:
      return role == "centers";
    case Op::layer_norm:
      return role == "weight" || role == "bias";
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
  return {};
}

bool is_weight_code(DataType type) {
  return type == DataType::b1 || type == DataType::b2 || type == DataType::s4 || type == DataType::s8;
}

// The parameters that an epilogue has beside the weights, and no others.
Status check_epilogue_roles(const Graph& graph, const Node& node, Epilogue epilogue) {
  const bool levels = is_weight_code(graph.parameter(node, "weight")->type);
  for (const Parameter& parameter : node.parameters) {
    const std::string& role = parameter.role;
    const bool threshold = role == "threshold" || role == "flip";
    const bool affine = role == "bias" || (role == "scale" && levels);
    const bool used = role == "weight" || (threshold && epilogue == Epilogue::threshold) ||
                      (affine && (epilogue == Epilogue::requantize || epilogue == Epilogue::affine));
    if (!used) return node_error(node, "has '" + role + "' and no use for it");
  }
  return {};
}

// Kernels rely on symmetric codes: the most negative one of two's complement does not occur.
Status check_weight_codes(const Node& node, const Tensor& weight) {
  if (weight.type == DataType::s8) {
    for (const std::byte code : weight.data) {
      if (code == std::byte{0x80}) return node_error(node, "a weight is -128");
    }
  } else if (weight.type == DataType::s4) {
    for (const std::byte pair : weight.data) {
      if ((pair & std::byte{0xf}) == std::byte{0x8} || (pair >> 4) == std::byte{0x8})
        return node_error(node, "a weight is -8");
    }
  }
  return {};
}

Status check_affine_constants(const Graph& graph, const Node& node) {
  if (const Tensor* scale = graph.parameter(node, "scale")) {
    for (std::int64_t c = 0; c < scale->shape[0]; ++c) {
      const float value = scale->as<float>()[c];
      if (!std::isnormal(value) || value < 0)
        return node_error(node, "a scale is not a normal positive number");
    }
  }
  if (const Tensor* bias = graph.parameter(node, "bias")) {
    for (std::int64_t c = 0; c < bias->shape[0]; ++c) {
      if (!std::isfinite(bias->as<float>()[c])) return node_error(node, "a bias is not finite");
    }
  }
  return {};
}

Status check_finite_parameters(const Graph& graph, const Node& node) {
  for (const Parameter& parameter : node.parameters) {
    const Tensor& tensor = graph.tensors[static_cast<std::size_t>(parameter.tensor)];
    const auto* values = tensor.as<float>();
    const bool finite = std::all_of(values, values + tensor.shape.elements(),
                                    [](float value) { return std::isfinite(value); });
    if (!finite) return node_error(node, "a number of its " + parameter.role + " is not finite");
  }
  return {};
}

// A comparison with NaN would be one with nothing; an infinite threshold makes a constant bit.
Status check_threshold_numbers(const Graph& graph, const Node& node) {
  const Tensor& threshold = *graph.parameter(node, "threshold");
  if (threshold.type != DataType::f32) return {};
  const auto* values = threshold.as<float>();
  if (std::any_of(values, values + threshold.shape.elements(), [](float value) { return std::isnan(value); }))
    return node_error(node, "a threshold is not a number");
  return {};
}

// Whether some table of kernels takes these types with this epilogue.
bool has_kernels(DataType input, DataType weight, Epilogue epilogue) {
  switch (input) {
    case DataType::b1:
      return weight == DataType::b1 && epilogue != Epilogue::requantize;
    case DataType::u8:
    case DataType::s8:
      if (weight == DataType::b1 && input == DataType::u8) return true;
      return is_weight_code(weight) && epilogue != Epilogue::threshold;
    case DataType::f16:
    case DataType::f32:
      return (weight == input || is_weight_code(weight)) && epilogue == Epilogue::affine;
    default:
      return false;
  }
}

// Weights of few levels beside floats become floats when a plan is made: none may become infinite.
Status check_widened_weights(const Graph& graph, const Node& node, DataType input, DataType weight) {
  const Tensor* scale = graph.parameter(node, "scale");
  if (scale == nullptr || type_range(input).magnitude() > 0) return {};
  const double largest = input == DataType::f16 ? 65504.0 : 3e38;
  for (std::int64_t c = 0; c < scale->shape[0]; ++c) {
    if (static_cast<double>(scale->as<float>()[c]) * largest_weight(weight) > largest)
      return node_error(node, std::string("a weight times its scale does not fit ") + data_type_name(input));
  }
  return {};
}

Status check_deployable_convolution(const Graph& graph, const Node& node) {
  const auto& a = std::get<ConvolutionAttributes>(node.attributes);
  const DataType input = graph.values[static_cast<std::size_t>(node.inputs[0])].type;
  const Tensor& weight = *graph.parameter(node, "weight");
  if (!has_kernels(input, weight.type, a.epilogue)) {
    return cannot_run(node, std::string("no kernel takes ") + data_type_name(input) + " x " +
                                data_type_name(weight.type) + " with epilogue " + epilogue_name(a.epilogue));
  }
  if (input == DataType::f32 && a.output_type == DataType::f16)
    return cannot_run(node, "an f32 convolution gives f32");
  if (input != DataType::f32 && a.ordered != 0) return cannot_run(node, "only f32 convolutions are ordered");
  if (type_range(input).magnitude() > 0 && a.output_type != DataType::f32)
    return cannot_run(node, "integer accumulators become f32, not f16");
  if (input != DataType::b1 && a.padding == PaddingValue::one)
    return cannot_run(node, std::string("padding with one has no meaning for ") + data_type_name(input));
  const bool scaled = a.epilogue == Epilogue::requantize || a.epilogue == Epilogue::affine;
  const bool signs = weight.type == DataType::b1 && (input == DataType::b1 || !scaled);
  if (!signs && a.pool_height * a.pool_width != 1)
    return cannot_run(node, "pooling is fused into convolutions with one-bit weights only");
  BITPLACE_TRY(check_epilogue_roles(graph, node, a.epilogue));
  BITPLACE_TRY(check_weight_codes(node, weight));
  BITPLACE_TRY(check_affine_constants(graph, node));
  return check_widened_weights(graph, node, input, weight.type);
}

Status check_deployable_node(const Graph& graph, const Node& node, std::int64_t largest_input) {
  if (!is_deployable(node.op)) return cannot_run(node, "is a desk operation");
  BITPLACE_TRY(check_roles(node));
  const Value& input = graph.values[static_cast<std::size_t>(node.inputs[0])];
  if (node.op == Op::convolution) BITPLACE_TRY(check_deployable_convolution(graph, node));
  if (node.op == Op::dequantize) {
    if (input.type != DataType::s32 && !node.parameters.empty())
      return node_error(node, "codes have one scale, not one per channel");
    BITPLACE_TRY(check_affine_constants(graph, node));
  }
  if (node.op == Op::layer_norm || node.op == Op::vlad) BITPLACE_TRY(check_finite_parameters(graph, node));
  if (node.op == Op::threshold) BITPLACE_TRY(check_threshold_numbers(graph, node));
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
  const bool readable = features == DataType::s32 || features == DataType::f32 || features == DataType::s8 ||
                        features == DataType::f16;
  if (!readable)
    return make_error(ErrorCode::unsupported, "graph", "its features are not s32, s8, f32 or f16");
  return {};
}

}  // namespace bitplace
