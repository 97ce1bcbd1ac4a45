#include <cmath>
#include <string>

#include "graph/code_range.h"
#include "graph/infer.h"

namespace bitplace::infer {
namespace {

Status check_convolution_attributes(const Node& node, const ConvolutionAttributes& a, const Shape& input) {
  const bool sane = in(a.kernel_height, 1, 255) && in(a.kernel_width, 1, 255) &&
                    in(a.stride_height, 1, 255) && in(a.stride_width, 1, 255) &&
                    in(a.dilation_height, 1, 255) && in(a.dilation_width, 1, 255) &&
                    in(a.groups, 1, input[3]) && in(a.pad_top, 0, 255) && in(a.pad_left, 0, 255) &&
                    in(a.pad_bottom, 0, 255) && in(a.pad_right, 0, 255) && in(a.pool_height, 1, 255) &&
                    in(a.pool_width, 1, 255) && in(a.ordered, 0, 1);
  if (!sane) return node_error(node, "an attribute is out of range");
  if (a.padding > PaddingValue::one) return node_error(node, "unknown padding");
  if (a.epilogue > Epilogue::affine) return node_error(node, "unknown epilogue");
  const bool padded = (a.pad_top | a.pad_left | a.pad_bottom | a.pad_right) != 0;
  if (a.padding == PaddingValue::valid && padded) return node_error(node, "valid padding with pad amounts");
  if (input[3] % a.groups != 0) return node_error(node, "input channels are not divisible by groups");
  return {};
}

bool is_code(DataType type) {
  return type == DataType::u8 || type == DataType::s8 || type == DataType::b1;
}

bool is_float(DataType type) {
  return type == DataType::f32 || type == DataType::f16;
}

Status check_accumulator(const Node& node, const Tensor& weight, DataType input) {
  if (!is_code(input)) return {};
  const std::int64_t depth = weight.shape.elements() / weight.shape[0];
  const std::int64_t largest = std::int64_t{type_range(input).magnitude()} * largest_weight(weight.type);
  if (depth > INT32_MAX / 2 / largest) return node_error(node, "its accumulator does not fit 32 bits");
  return {};
}

// Whole numbers that only bytes without a sign hold.
bool are_unsigned(float low, float high) {
  return low >= 0.0f && low <= high && high > 127.0f && high <= 255.0f && low == std::nearbyint(low) &&
         high == std::nearbyint(high);
}

// The type of what the epilogue makes.
Result<DataType> infer_epilogue(const Graph& graph, const Node& node, const ConvolutionAttributes& a,
                                DataType input, const Tensor& weight) {
  const bool codes = is_code(input);
  const std::int64_t filters = weight.shape[0];
  switch (a.epilogue) {
    case Epilogue::raw:
      return codes ? DataType::s32 : DataType::f32;
    case Epilogue::threshold:
      if (!codes) return node_error(node, "a threshold needs integer accumulators");
      BITPLACE_TRY(check_threshold_parameters(graph, node, DataType::s32, filters));
      return DataType::b1;
    case Epilogue::requantize:
    case Epilogue::affine:
      break;
  }
  const bool unsigned_codes = a.epilogue == Epilogue::requantize && are_unsigned(a.output_low, a.output_high);
  if (!unsigned_codes)
    BITPLACE_TRY(check_clamp(node, a.output_low, a.output_high, a.epilogue == Epilogue::requantize, true));
  BITPLACE_TRY(check_channel_parameter(graph, node, "bias", DataType::f32, filters));
  if (codes || !is_float(weight.type))
    BITPLACE_TRY(check_channel_parameter(graph, node, "scale", DataType::f32, filters));
  if (a.epilogue == Epilogue::requantize) {
    if (!codes) return node_error(node, "requantization needs integer accumulators");
    return unsigned_codes ? DataType::u8 : DataType::s8;
  }
  if (a.output_type != DataType::f32 && a.output_type != DataType::f16)
    return node_error(node, "an affine epilogue gives f32 or f16");
  return a.output_type;
}

}  // namespace

Result<ValueSpec> convolution(const Graph& graph, const Node& node, const Value& input) {
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
  BITPLACE_TRY(check_accumulator(node, *weight, input.type));
  BITPLACE_ASSIGN(type, infer_epilogue(graph, node, *a, input.type, *weight));
  return ValueSpec{type, Shape(std::int64_t{1}, rows, columns, filters)};
}

}  // namespace bitplace::infer
