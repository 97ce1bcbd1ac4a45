#include "networks/import_tflite.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "graph/validate.h"
#include "lowering/rewrite.h"
#include "networks/bits.h"
#include "networks/layer_names.h"
#include "networks/network.h"
#include "networks/tflite_operator.h"

namespace bitplace {
namespace {

constexpr std::int32_t kSame = 0, kValid = 1;  // TFLite's Padding

class TfliteImporter {
 public:
  explicit TfliteImporter(const TfliteModel& model) : model_(model), value_of_(model.tensors.size(), kNone) {}

  Result<Graph> import();

 private:
  using Operator = TfliteOperatorView;

  Status add_input();
  Status add_operator(const Operator& op);
  Status add_convolution(const Operator& op);
  Status add_binary_convolution(const Operator& op);
  Status add_max_pool(const Operator& op);
  Status add_multiply(const Operator& op);
  Status add_addition(const Operator& op);
  Status add_sign(const Operator& op);
  Status add_dequantize(const Operator& op);
  Status finish_binary_convolution(const Operator& op, ValueId value, std::int64_t depth);
  Result<ValueId> add_bit_output(const Operator& op, ValueId value, std::int64_t depth);

  Result<ValueId> operand(const Operator& op, std::size_t position) const;
  // The one operand of a MUL or ADD that is computed; the other is a constant.
  Result<std::size_t> computed_operand(const Operator& op) const;
  Result<ValueId> append(const Operator& op, const char* part, Node node);
  Result<ValueId> append_multiply_add(const Operator& op, const char* part, ValueId value,
                                      const std::vector<float>& multiplier, const std::vector<float>& addend);
  Status bind(const Operator& op, ValueId value);
  std::int64_t channels(ValueId value) const { return value_at(graph_, value).shape[3]; }
  bool extends_multiply(std::int32_t tensor) const;

  const TfliteModel& model_;
  Graph graph_;
  LayerNames names_;
  std::vector<ValueId> value_of_;       // by tensor
  std::int32_t open_multiply_ = kNone;  // the tensor that the last operator, a MUL, wrote
};

Status TfliteImporter::add_input() {
  if (model_.inputs.size() != 1 || model_.outputs.size() != 1)
    return make_error(ErrorCode::unsupported, "model", "does not have one input and one output");
  const auto index = static_cast<std::size_t>(model_.inputs[0]);
  const TfliteTensor& tensor = model_.tensors[index];
  const std::vector<std::int64_t>& shape = tensor.shape;
  const auto in_range = [](std::int64_t extent) { return extent >= 1 && extent <= kMaxExtent; };
  if (tensor.type != CheckpointType::f32 || shape.size() != 4 || shape[0] != 1 || shape[3] != 3 ||
      !in_range(shape[1]) || !in_range(shape[2])) {
    return make_error(ErrorCode::unsupported, "input '" + tensor.name + "'",
                      "is not one f32 image [1, height, width, 3]");
  }
  graph_.input =
      graph_.add_value("image", DataType::f32, Shape(std::int64_t{1}, shape[1], shape[2], std::int64_t{3}));
  value_of_[index] = graph_.input;
  return {};
}

Result<ValueId> TfliteImporter::operand(const Operator& op, std::size_t position) const {
  BITPLACE_ASSIGN(tensor, op.input(position));
  const ValueId value = value_of_[static_cast<std::size_t>(tensor)];
  if (value == kNone) return op.corrupt("reads '" + op.tensor(tensor).name + "' before it is computed");
  return value;
}

Status TfliteImporter::bind(const Operator& op, ValueId value) {
  BITPLACE_ASSIGN(tensor, op.output());
  ValueId& bound = value_of_[static_cast<std::size_t>(tensor)];
  if (bound != kNone) return op.corrupt("writes '" + op.tensor(tensor).name + "' a second time");
  bound = value;
  return {};
}

// Layers get distinct names: the file's, with the operation's part where one name serves several.
Result<ValueId> TfliteImporter::append(const Operator& op, const char* part, Node node) {
  node.name = names_.unique(op.layer_name() + part);
  Result<ValueId> value = graph_.append(std::move(node));
  if (!value.ok()) return op.error(value.error().code(), value.error().message());
  return value;
}

Result<ValueId> TfliteImporter::append_multiply_add(const Operator& op, const char* part, ValueId value,
                                                    const std::vector<float>& multiplier,
                                                    const std::vector<float>& addend) {
  const std::string name = op.layer_name();
  std::vector<Parameter> parameters = {
      {"multiplier", graph_.add_tensor(make_tensor(name + ".multiplier", multiplier))},
      {"addend", graph_.add_tensor(make_tensor(name + ".addend", addend))}};
  return append(op, part, {"", Op::multiply_add, {value}, kNone, NoAttributes{}, parameters});
}

Status TfliteImporter::add_convolution(const Operator& op) {
  BITPLACE_TRY(op.check_no_activation());
  BITPLACE_ASSIGN(input, operand(op, 0));
  BITPLACE_ASSIGN(weight, op.constant(1));
  BITPLACE_ASSIGN(shape, op.filter_shape(*weight));
  if (weight->type != CheckpointType::f32)
    return op.unsupported(std::string("weights of type ") + checkpoint_type_name(weight->type));
  const std::vector<float> values = f32_values(*weight);
  for (const float value : values) {
    if (value != 1.0f && value != -1.0f)
      return op.unsupported("has a weight of " + std::to_string(value) +
                            ": this version runs convolutions whose weights are exactly +1 and -1");
  }
  const Shape input_shape = value_at(graph_, input).shape;
  if (input_shape[3] % shape[3] != 0) return op.corrupt("its filter does not fit the input channels");
  ConvolutionAttributes a;
  a.kernel_height = static_cast<std::int32_t>(shape[1]);
  a.kernel_width = static_cast<std::int32_t>(shape[2]);
  a.groups = static_cast<std::int32_t>(input_shape[3] / shape[3]);
  BITPLACE_ASSIGN(stride_height, op.option("stride_h", 1, 255));
  BITPLACE_ASSIGN(stride_width, op.option("stride_w", 1, 255));
  BITPLACE_ASSIGN(dilation_height, op.option("dilation_h_factor", 1, 255));
  BITPLACE_ASSIGN(dilation_width, op.option("dilation_w_factor", 1, 255));
  BITPLACE_ASSIGN(padding, op.option("padding", kSame, kValid));
  a.stride_height = stride_height;
  a.stride_width = stride_width;
  a.dilation_height = dilation_height;
  a.dilation_width = dilation_width;
  if (padding == kSame) pad_same(&a, input_shape, PaddingValue::zero);
  const std::int64_t depth = shape[1] * shape[2] * shape[3];
  const TensorId packed = graph_.add_tensor(
      pack_sign_rows(op.layer_name() + ".weight", shape, [&](std::int64_t o, std::int64_t k) {
        return values[static_cast<std::size_t>(o * depth + k)] < 0.0f;
      }));
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::convolution, {input}, kNone, a, {{"weight", packed}}}));
  ValueId value = output;
  if (op.has_input(2)) {
    BITPLACE_ASSIGN(bias, op.channel_constants(2, shape[0]));
    if (std::any_of(bias.begin(), bias.end(), [](float b) { return b != 0.0f; })) {
      const std::vector<float> ones(bias.size(), 1.0f);
      BITPLACE_ASSIGN(biased, append_multiply_add(op, "/bias", value, ones, bias));
      value = biased;
    }
  }
  return bind(op, value);
}

Status TfliteImporter::add_max_pool(const Operator& op) {
  const bool bits = op.kind() == "LceBMaxPool2d";
  if (!bits) BITPLACE_TRY(op.check_no_activation());
  BITPLACE_ASSIGN(input, operand(op, 0));
  MaxPoolAttributes a;
  BITPLACE_ASSIGN(window_height, op.option("filter_height", 1, 255));
  BITPLACE_ASSIGN(window_width, op.option("filter_width", 1, 255));
  BITPLACE_ASSIGN(stride_height, op.option(bits ? "stride_height" : "stride_h", 1, 255));
  BITPLACE_ASSIGN(stride_width, op.option(bits ? "stride_width" : "stride_w", 1, 255));
  BITPLACE_ASSIGN(padding, op.option("padding", kSame, kValid));
  a.window_height = window_height;
  a.window_width = window_width;
  a.stride_height = stride_height;
  a.stride_width = stride_width;
  if (padding == kSame) pad_same(&a, value_at(graph_, input).shape);
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::max_pool, {input}, kNone, a, {}}));
  return bind(op, output);
}

Result<std::size_t> TfliteImporter::computed_operand(const Operator& op) const {
  if (op.input_count() != 2) return op.corrupt("does not have two operands");
  for (std::size_t position : {0u, 1u}) {
    BITPLACE_ASSIGN(other, op.input(1 - position));
    if (!op.tensor(other).data.empty()) return position;
  }
  return op.unsupported("neither operand is a constant");
}

Status TfliteImporter::add_multiply(const Operator& op) {
  BITPLACE_TRY(op.check_no_activation());
  BITPLACE_ASSIGN(position, computed_operand(op));
  BITPLACE_ASSIGN(input, operand(op, position));
  BITPLACE_ASSIGN(multiplier, op.channel_constants(1 - position, channels(input)));
  const std::vector<float> zeros(multiplier.size(), 0.0f);
  BITPLACE_ASSIGN(output, append_multiply_add(op, "", input, multiplier, zeros));
  BITPLACE_TRY(bind(op, output));
  BITPLACE_ASSIGN(tensor, op.output());
  open_multiply_ = tensor;
  return {};
}

// A MUL whose product only the following ADD reads makes one layer with it.
bool TfliteImporter::extends_multiply(std::int32_t tensor) const {
  if (tensor != open_multiply_ || tensor == model_.outputs[0]) return false;
  std::int64_t reads = 0;
  for (const TfliteOperator& op : model_.operators)
    reads += std::count(op.inputs.begin(), op.inputs.end(), tensor);
  return reads == 1;
}

Status TfliteImporter::add_addition(const Operator& op) {
  BITPLACE_TRY(op.check_no_activation());
  BITPLACE_ASSIGN(position, computed_operand(op));
  BITPLACE_ASSIGN(input, operand(op, position));
  BITPLACE_ASSIGN(addend, op.channel_constants(1 - position, channels(input)));
  BITPLACE_ASSIGN(tensor, op.input(position));
  if (extends_multiply(tensor)) {
    Parameter& parameter = graph_.nodes.back().parameters[1];
    graph_.tensors[static_cast<std::size_t>(parameter.tensor)] =
        make_tensor(graph_.nodes.back().name + ".addend", addend);
    return bind(op, input);
  }
  const std::vector<float> ones(addend.size(), 1.0f);
  BITPLACE_ASSIGN(output, append_multiply_add(op, "", input, ones, addend));
  return bind(op, output);
}

Status TfliteImporter::add_sign(const Operator& op) {
  BITPLACE_ASSIGN(input, operand(op, 0));
  BITPLACE_ASSIGN(output, append(op, "/sign", {"", Op::sign, {input}, kNone, NoAttributes{}, {}}));
  return bind(op, output);
}

// Bits stand for -1 and +1 already: the numbers that follow are the same values.
Status TfliteImporter::add_dequantize(const Operator& op) {
  BITPLACE_ASSIGN(input, operand(op, 0));
  BITPLACE_ASSIGN(tensor, op.output());
  if (op.tensor(tensor).type != CheckpointType::f32)
    return op.unsupported("only dequantization to f32 is supported");
  return bind(op, input);
}

Status TfliteImporter::add_binary_convolution(const Operator& op) {
  BITPLACE_TRY(op.check_no_activation());
  BITPLACE_ASSIGN(input, operand(op, 0));
  if (value_at(graph_, input).type != DataType::b1) return op.corrupt("its input is not bits");
  BITPLACE_ASSIGN(weight, op.constant(1));
  BITPLACE_ASSIGN(packed_shape, op.filter_shape(*weight));
  if (weight->type != CheckpointType::s32)
    return op.unsupported("its filter is not in 32-bit words (a converter of early 2020 or before?)");
  const Shape input_shape = value_at(graph_, input).shape;
  BITPLACE_ASSIGN(channels_in, op.option("channels_in", 1, static_cast<std::int32_t>(kMaxExtent)));
  const std::int64_t words = packed_shape[3], input_words = (channels_in + 31) / 32;
  if (channels_in != input_shape[3] || input_words % words != 0)
    return op.corrupt("its filter does not fit the input channels");
  ConvolutionAttributes a;
  a.groups = static_cast<std::int32_t>(input_words / words);
  if (a.groups > 1 && channels_in != a.groups * words * 32)
    return op.unsupported("has groups that are not a multiple of 32 channels");
  a.kernel_height = static_cast<std::int32_t>(packed_shape[1]);
  a.kernel_width = static_cast<std::int32_t>(packed_shape[2]);
  BITPLACE_ASSIGN(stride_height, op.option("stride_height", 1, 255));
  BITPLACE_ASSIGN(stride_width, op.option("stride_width", 1, 255));
  BITPLACE_ASSIGN(dilation_height, op.option("dilation_height_factor", 1, 255));
  BITPLACE_ASSIGN(dilation_width, op.option("dilation_width_factor", 1, 255));
  BITPLACE_ASSIGN(padding, op.option("padding", kSame, kValid));
  BITPLACE_ASSIGN(pad_value, op.option("pad_values", 0, 1));
  a.stride_height = stride_height;
  a.stride_width = stride_width;
  a.dilation_height = dilation_height;
  a.dilation_width = dilation_width;
  if (padding == kSame) pad_same(&a, input_shape, pad_value == 1 ? PaddingValue::one : PaddingValue::zero);
  const std::int64_t group_inputs = channels_in / a.groups;
  const std::int64_t taps = packed_shape[1] * packed_shape[2];
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(weight->data.data());
  const Shape shape(packed_shape[0], packed_shape[1], packed_shape[2], group_inputs);
  const TensorId tensor = graph_.add_tensor(
      pack_sign_rows(op.layer_name() + ".weight", shape, [&](std::int64_t o, std::int64_t k) {
        const std::int64_t word = (o * taps + k / group_inputs) * words, channel = k % group_inputs;
        return (bytes[word * 4 + channel / 8] >> channel % 8 & 1) != 0;
      }));
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::convolution, {input}, kNone, a, {{"weight", tensor}}}));
  return finish_binary_convolution(op, output, taps * group_inputs);
}

Status TfliteImporter::finish_binary_convolution(const Operator& op, ValueId value, std::int64_t depth) {
  BITPLACE_ASSIGN(output, op.output());
  const CheckpointType type = op.tensor(output).type;
  if (type == CheckpointType::s32) {
    BITPLACE_ASSIGN(bits, add_bit_output(op, value, depth));
    return bind(op, bits);
  }
  if (type != CheckpointType::f32)
    return op.unsupported(std::string("its output is ") + checkpoint_type_name(type));
  BITPLACE_ASSIGN(multiplier, op.channel_constants(2, channels(value)));
  BITPLACE_ASSIGN(addend, op.channel_constants(3, channels(value)));
  const bool identity =
      std::all_of(multiplier.begin(), multiplier.end(), [](float m) { return m == 1.0f; }) &&
      std::all_of(addend.begin(), addend.end(), [](float b) { return b == 0.0f; });
  if (identity) return bind(op, value);
  BITPLACE_ASSIGN(scaled, append_multiply_add(op, "/affine", value, multiplier, addend));
  return bind(op, scaled);
}

// Larq counts differing bits n and compares n > t. With accumulator = depth - 2 n that is
// accumulator < depth - 2 t.
Result<ValueId> TfliteImporter::add_bit_output(const Operator& op, ValueId value, std::int64_t depth) {
  BITPLACE_ASSIGN(tensor, op.constant(4));
  if (tensor->type != CheckpointType::s32 ||
      static_cast<std::int64_t>(tensor->data.size()) != 4 * channels(value))
    return op.corrupt("its thresholds are not one s32 per channel");
  std::vector<std::int32_t> threshold(static_cast<std::size_t>(channels(value)));
  for (std::size_t c = 0; c < threshold.size(); ++c) {
    std::int32_t larq = 0;
    std::memcpy(&larq, tensor->data.data() + 4 * c, 4);
    threshold[c] = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(depth - 2 * std::int64_t{larq}, -depth, depth + 1));
  }
  const std::vector<std::uint8_t> flip(threshold.size(), 0);
  const std::string name = op.layer_name();
  std::vector<Parameter> parameters = {
      {"threshold", graph_.add_tensor(make_tensor(name + ".threshold", threshold))},
      {"flip", graph_.add_tensor(make_tensor(name + ".flip", flip))}};
  return append(op, "/threshold", {"", Op::threshold, {value}, kNone, NoAttributes{}, parameters});
}

Status TfliteImporter::add_operator(const Operator& op) {
  struct Handler {
    const char* name;
    Status (TfliteImporter::*add)(const Operator&);
  };
  constexpr Handler kHandlers[] = {{"CONV_2D", &TfliteImporter::add_convolution},
                                   {"MAX_POOL_2D", &TfliteImporter::add_max_pool},
                                   {"MUL", &TfliteImporter::add_multiply},
                                   {"ADD", &TfliteImporter::add_addition},
                                   {"LceQuantize", &TfliteImporter::add_sign},
                                   {"LceDequantize", &TfliteImporter::add_dequantize},
                                   {"LceBconv2d", &TfliteImporter::add_binary_convolution},
                                   {"LceBMaxPool2d", &TfliteImporter::add_max_pool}};
  const auto* handler = std::find_if(std::begin(kHandlers), std::end(kHandlers),
                                     [&](const Handler& entry) { return op.kind() == entry.name; });
  if (handler == std::end(kHandlers)) return op.unsupported("this operator is not supported");
  const std::int32_t open = open_multiply_;
  const Status added = (this->*handler->add)(op);
  if (open_multiply_ == open) open_multiply_ = kNone;
  return added;
}

Result<Graph> TfliteImporter::import() {
  BITPLACE_TRY(add_input());
  if (model_.operators.size() > kMaxNodes)
    return make_error(ErrorCode::unsupported, "model", "has too many operators");
  for (std::size_t i = 0; i < model_.operators.size(); ++i)
    BITPLACE_TRY(add_operator(Operator(model_, i)));
  const ValueId output = value_of_[static_cast<std::size_t>(model_.outputs[0])];
  if (output == kNone) return make_error(ErrorCode::corrupt, "output", "is never computed");
  graph_.features = graph_.descriptor = output;
  BITPLACE_TRY(validate_graph(graph_));
  return std::move(graph_);
}

}  // namespace

bool is_larq_model(const TfliteModel& model) {
  return std::any_of(model.operators.begin(), model.operators.end(),
                     [](const TfliteOperator& op) { return op.name.starts_with("Lce"); });
}

Result<Graph> import_tflite(const TfliteModel& model) {
  return TfliteImporter(model).import();
}

}  // namespace bitplace
