#include "plan/convolution_layer.h"

#include <algorithm>
#include <string>

#include "plan/layer_support.h"
#include "plan/widen_weights.h"

namespace bitplace {
namespace {

const ConvolutionAttributes& attributes_of(const Node& node) {
  return std::get<ConvolutionAttributes>(node.attributes);
}
bool is_depthwise(const Graph& graph, const Node& node) {
  const std::int32_t groups = attributes_of(node).groups;
  return groups > 1 && groups == input_of(graph, node).shape[3] && groups == output_of(graph, node).shape[3];
}

ConvolutionPadding kernel_padding(PaddingValue padding) {
  switch (padding) {
    case PaddingValue::valid:
      return ConvolutionPadding::valid;
    case PaddingValue::zero:
      return ConvolutionPadding::zero;
    case PaddingValue::one:
      return ConvolutionPadding::one;
  }
  return ConvolutionPadding::valid;
}

ConvolutionEpilogue kernel_epilogue(const ConvolutionAttributes& a) {
  switch (a.epilogue) {
    case Epilogue::raw:
      return ConvolutionEpilogue::raw_s32;
    case Epilogue::threshold:
      return ConvolutionEpilogue::threshold_b1;
    case Epilogue::requantize:
      return ConvolutionEpilogue::requantize_s8;
    case Epilogue::affine:
      break;
  }
  return a.output_type == DataType::f16 ? ConvolutionEpilogue::affine_f16 : ConvolutionEpilogue::affine_f32;
}

// As ConvolutionProblem says.
std::int32_t largest_pair(const Tensor& weight, const ConvolutionAttributes& a) {
  if (weight.type != DataType::s8) return 0;
  const bool whole_rows = a.dilation_width == 1 && a.groups == 1;
  const std::int64_t segment = weight.shape[3] * (whole_rows ? weight.shape[2] : 1);
  const auto* codes = weight.as<std::int8_t>();
  int largest = 0;
  for (std::int64_t first = 0; first < weight.shape.elements(); first += segment) {
    for (std::int64_t i = first; i < first + segment; i += 2) {
      const int one = codes[i], other = i + 1 < first + segment ? codes[i + 1] : 0;
      largest =
          std::max({largest, std::max(one, 0) + std::max(other, 0), -std::min(one, 0) - std::min(other, 0)});
    }
  }
  return largest;
}

void set_ranges(ConvolutionProblem& p, const ConvolutionAttributes& a, const CodeRange& input,
                const Tensor& weight) {
  p.input_low = input.low;
  p.input_high = input.high;
  p.largest_weight = largest_weight(weight.type);
  p.largest_pair = largest_pair(weight, a);
  p.output_low = a.output_low;
  p.output_high = a.output_high;
  if (a.epilogue == Epilogue::requantize) {
    const CodeRange output = requantized_range(a.output_low, a.output_high);
    p.output_low = static_cast<float>(output.low);
    p.output_high = static_cast<float>(output.high);
  }
}

template <typename T>
const T* parameter_data(const Graph& graph, const Node& node, const char* role) {
  const Tensor* tensor = graph.parameter(node, role);
  return tensor != nullptr ? tensor->as<T>() : nullptr;
}

}  // namespace

const ConvolutionTable* convolution_table(const Graph& graph, const Node& node) {
  const DataType input = input_of(graph, node).type;
  const DataType weight = graph.parameter(node, "weight")->type;
  const Epilogue epilogue = attributes_of(node).epilogue;
  const bool scaled = epilogue == Epilogue::requantize || epilogue == Epilogue::affine;
  if (input == DataType::b1) return find_convolution_table("convolution_b1_b1");
  if (input == DataType::u8 && weight == DataType::b1 && !scaled)
    return find_convolution_table("convolution_u8_b1");
  const bool depthwise = is_depthwise(graph, node);
  if (input == DataType::f32) {
    // A single product has one order only: fused with the 0 that sums start from, it is rounded once too.
    const bool several = graph.parameter(node, "weight")->shape.elements() > output_of(graph, node).shape[3];
    if (attributes_of(node).ordered != 0 && several) return find_convolution_table("convolution_f32_ordered");
    return find_convolution_table(depthwise ? "depthwise_f32_f32" : "convolution_f32_f32");
  }
  if (input == DataType::f16) {
    return find_convolution_table(depthwise ? "depthwise_f16_f16" : "convolution_f16_f16");
  }
  if (depthwise) return find_convolution_table("depthwise_s8_s8");
  return find_convolution_table(weight == DataType::s8 ? "convolution_s8_s8" : "convolution_s8_s4");
}

ConvolutionProblem convolution_problem(const Graph& graph, const Node& node, const CodeRange& input_range) {
  const ConvolutionAttributes& a = attributes_of(node);
  const Shape& input = input_of(graph, node).shape;
  const Shape& output = output_of(graph, node).shape;
  ConvolutionProblem p{};
  p.input_height = static_cast<std::int32_t>(input[1]);
  p.input_width = static_cast<std::int32_t>(input[2]);
  p.input_channels = static_cast<std::int32_t>(input[3]);
  p.output_channels = static_cast<std::int32_t>(output[3]);
  p.kernel_height = a.kernel_height;
  p.kernel_width = a.kernel_width;
  p.stride_height = a.stride_height;
  p.stride_width = a.stride_width;
  p.dilation_height = a.dilation_height;
  p.dilation_width = a.dilation_width;
  p.groups = a.groups;
  p.pad_top = a.pad_top;
  p.pad_left = a.pad_left;
  p.pad_bottom = a.pad_bottom;
  p.pad_right = a.pad_right;
  p.padding = kernel_padding(a.padding);
  p.pool_height = a.pool_height;
  p.pool_width = a.pool_width;
  p.output_height = static_cast<std::int32_t>(output[1]);
  p.output_width = static_cast<std::int32_t>(output[2]);
  p.epilogue = kernel_epilogue(a);
  set_ranges(p, a, input_range, *graph.parameter(node, "weight"));
  return p;
}

std::string convolution_text(const Graph& graph, const Node& node) {
  const ConvolutionAttributes& a = attributes_of(node);
  const DataType weight = graph.parameter(node, "weight")->type;
  std::string text = is_depthwise(graph, node) ? "depthwise " : "convolution ";
  if (a.ordered != 0) text = "ordered " + text;
  text += std::string(data_type_name(input_of(graph, node).type)) + " x " + data_type_name(weight) + " " +
          window_text(a.kernel_height, a.kernel_width) + "/" + std::to_string(a.stride_height);
  if (a.padding != PaddingValue::valid) text += std::string(" pad ") + padding_name(a.padding);
  if (a.pool_height * a.pool_width > 1) text += " + max-pool " + window_text(a.pool_height, a.pool_width);
  if (a.epilogue == Epilogue::threshold) text += " + threshold";
  if (a.epilogue == Epilogue::requantize) text += " + requantize";
  if (a.epilogue == Epilogue::affine) text += std::string(" -> ") + data_type_name(a.output_type);
  const DataType wide = convolution_table(graph, node)->weight;
  if (weight != wide)
    text += std::string(", ") + data_type_name(weight) + " weights widened to " + data_type_name(wide);
  return text;
}

std::int64_t multiply_accumulates(const ConvolutionProblem& p) {
  return std::int64_t{p.output_height} * p.pool_height * p.output_width * p.pool_width * p.output_channels *
         convolution_depth(p);
}

void pack_convolution(const Graph& graph, const Node& node, const ConvolutionStep& step, PackConvolution pack,
                      std::byte* packed) {
  const Tensor& weight = *graph.parameter(node, "weight");
  const auto* scale = parameter_data<float>(graph, node, "scale");
  const bool to_floats = step.weight_type == DataType::f32 || step.weight_type == DataType::f16;
  std::vector<std::uint8_t> wide;
  if (weight.type != step.weight_type) {
    wide = to_floats ? widen_to_floats(weight, scale, step.weight_type)
                     : widen_weights(weight, step.weight_type);
  }
  const ConvolutionConstants constants = {wide.empty() ? weight.as<std::uint8_t>() : wide.data(),
                                          parameter_data<std::int32_t>(graph, node, "threshold"),
                                          parameter_data<std::uint8_t>(graph, node, "flip"),
                                          to_floats ? nullptr : scale,
                                          parameter_data<float>(graph, node, "bias")};
  pack(step.problem, constants, packed);
}

}  // namespace bitplace
