// Convolutions and pools.
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "lowering/rewrite.h"
#include "networks/network.h"
#include "networks/real_tflite_importer.h"

namespace bitplace {
namespace {

constexpr std::int32_t kSame = 0, kValid = 1;  // TFLite's Padding

Shape surrounded(const Shape& map, std::int64_t rows, std::int64_t columns) {
  return Shape(std::int64_t{1}, map[1] + rows, map[2] + columns, map[3]);
}

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

}  // namespace

Result<std::vector<float>> RealTfliteImporter::read_weights(const Operator& op) {
  BITPLACE_ASSIGN(tensor, constant(op, 1));
  const bool floats = tensor->type == CheckpointType::f32 || tensor->type == CheckpointType::f16;
  if (!floats && tensor->scale.empty())
    return op.unsupported(std::string("has weights of type ") + checkpoint_type_name(tensor->type) +
                          " without a scale");
  BITPLACE_TRY(spend(op, tensor->data.size() / checkpoint_type_bytes(tensor->type)));
  std::vector<float> weights = to_f32(*tensor);
  if (!all_finite(weights)) return op.corrupt("has a weight that is not finite");
  return weights;
}

// Quantized biases count in steps of the input's scale times the filter's.
Result<std::vector<float>> RealTfliteImporter::read_bias(const Operator& op, std::int64_t filters) const {
  std::vector<float> bias(static_cast<std::size_t>(filters), 0.0f);
  if (!op.has_input(2)) return bias;
  BITPLACE_ASSIGN(tensor, constant(op, 2));
  TfliteTensor scaled = *tensor;
  if (scaled.scale.empty() && (scaled.type == CheckpointType::s32 || scaled.type == CheckpointType::s64)) {
    BITPLACE_ASSIGN(input, op.input(0));
    BITPLACE_ASSIGN(weight, constant(op, 1));
    if (op.tensor(input).scale.size() != 1) return op.corrupt("its bias has no scale");
    for (const float scale : weight->scale)
      scaled.scale.push_back(op.tensor(input).scale[0] * scale);
    scaled.zero_point.assign(scaled.scale.size(), 0);
    scaled.quantized_dimension = 0;
  }
  const std::size_t scales = scaled.scale.size();
  if (static_cast<std::int64_t>(scaled.data.size() / checkpoint_type_bytes(scaled.type)) != filters ||
      (scales > 1 && scales != bias.size()))
    return op.corrupt("its bias is not one number per filter");
  bias = to_f32(scaled);
  if (!all_finite(bias)) return op.corrupt("its bias is not finite");
  return bias;
}

Result<ConvolutionAttributes> RealTfliteImporter::convolution_attributes(const Operator& op, ValueId input,
                                                                         Margins margins,
                                                                         const Shape& filter) const {
  ConvolutionAttributes a;
  a.kernel_height = static_cast<std::int32_t>(filter[1]);
  a.kernel_width = static_cast<std::int32_t>(filter[2]);
  BITPLACE_ASSIGN(stride_height, op.option("stride_h", 1, 255));
  BITPLACE_ASSIGN(stride_width, op.option("stride_w", 1, 255));
  BITPLACE_ASSIGN(dilation_height, op.option("dilation_h_factor", 1, 255));
  BITPLACE_ASSIGN(dilation_width, op.option("dilation_w_factor", 1, 255));
  BITPLACE_ASSIGN(padding, op.option("padding", kSame, kValid));
  BITPLACE_ASSIGN(clamp, output_clamp(op));
  a.stride_height = stride_height;
  a.stride_width = stride_width;
  a.dilation_height = dilation_height;
  a.dilation_width = dilation_width;
  a.epilogue = Epilogue::affine;
  a.output_low = clamp.low;
  a.output_high = clamp.high;
  BITPLACE_TRY(apply_blocks(op, &a, &margins));
  const Shape map = surrounded(value_at(result_.graph, input).shape, margins.top + margins.bottom,
                               margins.left + margins.right);
  if (padding == kSame) pad_same(&a, map, PaddingValue::zero);
  a.pad_top += margins.top;
  a.pad_left += margins.left;
  a.pad_bottom += margins.bottom;
  a.pad_right += margins.right;
  if (margins.any()) a.padding = PaddingValue::zero;
  return a;
}

Status RealTfliteImporter::append_convolution(const Operator& op, ValueId input,
                                              ConvolutionAttributes attributes, const Shape& shape,
                                              std::vector<float> weights) {
  BITPLACE_ASSIGN(bias, read_bias(op, shape[0]));
  BITPLACE_ASSIGN(tensor, op.output());
  const std::string name = real_layer_name(op.tensor(tensor).name);
  std::vector<Parameter> parameters = {
      {"weight", result_.graph.add_tensor(weight_tensor(name + ".weight", shape, weights))},
      {"bias", result_.graph.add_tensor(make_tensor(name + ".bias", bias))}};
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::convolution, {input}, kNone, attributes, parameters}));
  BITPLACE_ASSIGN(source, op.input(0));
  if (const auto blocks = blocks_.find(source); blocks != blocks_.end()) blocks_[tensor] = blocks->second;
  return bind(op, output);
}

Status RealTfliteImporter::add_convolution(const Operator& op) {
  Margins margins;
  BITPLACE_ASSIGN(input, convolution_operand(op, &margins));
  BITPLACE_ASSIGN(weights, read_weights(op));
  BITPLACE_ASSIGN(weight, constant(op, 1));
  BITPLACE_ASSIGN(filter, op.filter_shape(*weight));
  BITPLACE_ASSIGN(attributes, convolution_attributes(op, input, margins, filter));
  const std::int64_t channels = value_at(result_.graph, input).shape[3];
  if (channels % filter[3] != 0) return op.corrupt("its filter does not fit the input channels");
  attributes.groups = static_cast<std::int32_t>(channels / filter[3]);
  return append_convolution(op, input, attributes, filter, std::move(weights));
}

// Stored as [1, row, column, output]; output o reads input o / depth_multiplier.
Status RealTfliteImporter::add_depthwise_convolution(const Operator& op) {
  Margins margins;
  BITPLACE_ASSIGN(input, convolution_operand(op, &margins));
  BITPLACE_ASSIGN(stored, read_weights(op));
  BITPLACE_ASSIGN(weight, constant(op, 1));
  BITPLACE_ASSIGN(filter, op.filter_shape(*weight));
  BITPLACE_ASSIGN(attributes, convolution_attributes(op, input, margins, filter));
  BITPLACE_ASSIGN(multiplier, op.option("depth_multiplier", 0, 1 << 16));
  const std::int64_t channels = value_at(result_.graph, input).shape[3], filters = filter[3];
  // Converters may leave the multiplier out: the filter says it too.
  if (filter[0] != 1 || filters % channels != 0 || (multiplier != 0 && filters != channels * multiplier))
    return op.corrupt("its filter does not fit the input channels");
  attributes.groups = static_cast<std::int32_t>(channels);
  const std::int64_t taps = filter[1] * filter[2];
  std::vector<float> weights(stored.size());
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    for (std::int64_t o = 0; o < filters; ++o)
      weights[static_cast<std::size_t>(o * taps + tap)] = stored[static_cast<std::size_t>(tap * filters + o)];
  }
  return append_convolution(op, input, attributes, Shape(filters, filter[1], filter[2], std::int64_t{1}),
                            std::move(weights));
}

// A matrix for maps of one pixel, where it is a 1x1 convolution.
Status RealTfliteImporter::add_fully_connected(const Operator& op) {
  BITPLACE_ASSIGN(input, operand(op, 0));
  BITPLACE_ASSIGN(weights, read_weights(op));
  BITPLACE_ASSIGN(weight, constant(op, 1));
  BITPLACE_ASSIGN(format, op.option("weights_format", 0, 0));
  static_cast<void>(format);
  const Shape map = value_at(result_.graph, input).shape;
  if (map[1] != 1 || map[2] != 1) return op.unsupported("multiplies a map of more than one pixel");
  if (weight->shape.size() != 2 || weight->shape[1] != map[3] || weight->shape[0] < 1 ||
      weight->shape[0] > 1 << 16)
    return op.corrupt("its matrix does not fit the input channels");
  ConvolutionAttributes attributes;
  BITPLACE_ASSIGN(clamp, output_clamp(op));
  attributes.epilogue = Epilogue::affine;
  attributes.output_low = clamp.low;
  attributes.output_high = clamp.high;
  const Shape shape(weight->shape[0], std::int64_t{1}, std::int64_t{1}, weight->shape[1]);
  return append_convolution(op, input, attributes, shape, std::move(weights));
}

// A window without padding over the whole map stays that at any size.
template <typename Attributes>
Result<Attributes> RealTfliteImporter::pool_attributes(const Operator& op, ValueId input,
                                                       const Margins& margins) const {
  BITPLACE_TRY(op.check_no_activation());
  BITPLACE_ASSIGN(window_height, op.option("filter_height", 1, 1 << 16));
  BITPLACE_ASSIGN(window_width, op.option("filter_width", 1, 1 << 16));
  BITPLACE_ASSIGN(stride_height, op.option("stride_h", 1, 1 << 16));
  BITPLACE_ASSIGN(stride_width, op.option("stride_w", 1, 1 << 16));
  BITPLACE_ASSIGN(padding, op.option("padding", kSame, kValid));
  BITPLACE_ASSIGN(tensor, op.input(0));
  const Shape map = value_at(result_.graph, input).shape;
  const std::vector<std::int64_t>& stated = op.tensor(tensor).shape;
  const bool global = padding == kValid && stated.size() == 4 && stated[1] == window_height &&
                      stated[2] == window_width && !margins.any();
  Attributes a;
  a.window_height = global ? static_cast<std::int32_t>(map[1]) : window_height;
  a.window_width = global ? static_cast<std::int32_t>(map[2]) : window_width;
  a.stride_height = stride_height;
  a.stride_width = stride_width;
  if (padding == kSame)
    pad_same(&a, surrounded(map, margins.top + margins.bottom, margins.left + margins.right));
  a.pad_top += margins.top;
  a.pad_left += margins.left;
  a.pad_bottom += margins.bottom;
  a.pad_right += margins.right;
  return a;
}

Status RealTfliteImporter::add_average_pool(const Operator& op) {
  Margins margins;
  BITPLACE_ASSIGN(input, padded_operand(op, 0, &margins));
  BITPLACE_ASSIGN(padding, op.option("padding", kSame, kValid));
  // Explicit padding counts, that of the pool's own does not.
  if (padding == kSame) {
    BITPLACE_ASSIGN(surrounded_input, surround(op, input, margins));
    input = surrounded_input;
    margins = {};
  }
  BITPLACE_ASSIGN(attributes, pool_attributes<AveragePoolAttributes>(op, input, margins));
  attributes.count_padding = margins.any() ? 1 : 0;
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::average_pool, {input}, kNone, attributes, {}}));
  return bind(op, output);
}

Status RealTfliteImporter::add_max_pool(const Operator& op) {
  Margins margins;
  BITPLACE_ASSIGN(input, padded_operand(op, 0, &margins));
  // Zeros around a map without negative numbers win nothing, just as padding, of which no tap counts.
  if (!is_never_negative(input)) {
    BITPLACE_ASSIGN(surrounded_input, surround(op, input, margins));
    input = surrounded_input;
    margins = {};
  }
  BITPLACE_ASSIGN(attributes, pool_attributes<MaxPoolAttributes>(op, input, margins));
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::max_pool, {input}, kNone, attributes, {}}));
  return bind(op, output);
}

// Over rows and columns only: global average pooling.
Status RealTfliteImporter::add_mean(const Operator& op) {
  BITPLACE_ASSIGN(input, operand(op, 0));
  BITPLACE_ASSIGN(axes, constant(op, 1));
  std::vector<std::int64_t> wanted = integer_values(*axes);
  for (std::int64_t& axis : wanted)
    axis += axis < 0 ? 4 : 0;
  std::sort(wanted.begin(), wanted.end());
  if (wanted != std::vector<std::int64_t>{1, 2}) return op.unsupported("is not a mean over rows and columns");
  const Shape map = value_at(result_.graph, input).shape;
  AveragePoolAttributes attributes;
  attributes.window_height = static_cast<std::int32_t>(map[1]);
  attributes.window_width = static_cast<std::int32_t>(map[2]);
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::average_pool, {input}, kNone, attributes, {}}));
  return bind(op, output);
}

}  // namespace bitplace
