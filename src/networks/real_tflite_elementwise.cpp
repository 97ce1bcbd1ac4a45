// Operators that work element by element or only rearrange.
#include <algorithm>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "lowering/rewrite.h"
#include "networks/real_tflite_importer.h"

namespace bitplace {

// The type of an activation changes, never its value: codes and the numbers that they stand for are one.
Status RealTfliteImporter::add_identity(const Operator& op) {
  BITPLACE_ASSIGN(tensor, op.input(0));
  BITPLACE_ASSIGN(output, op.output());
  if (is_constant(tensor)) {
    const auto index = static_cast<std::size_t>(output);
    if (value_of_[index] != kNone || is_constant(output)) return op.corrupt("writes a constant");
    const std::int32_t source = constant_of_[static_cast<std::size_t>(tensor)];
    constant_of_[index] = source >= 0 ? source : tensor;
    return {};
  }
  Margins margins;
  BITPLACE_ASSIGN(input, padded_operand(op, 0, &margins));
  if (margins.any()) margins_[output] = margins;
  return bind(op, input);
}

// Whether the sigmoid is read only to be multiplied by its own input.
bool RealTfliteImporter::is_silu_gate(std::int32_t input, std::int32_t output) const {
  bool read = false;
  for (const TfliteOperator& op : model_.operators) {
    if (std::count(op.inputs.begin(), op.inputs.end(), output) == 0) continue;
    if (op.name != "MUL" || op.inputs.size() != 2 ||
        std::count(op.inputs.begin(), op.inputs.end(), input) != 1)
      return false;
    read = true;
  }
  return read && output != features_.tensor;
}

Status RealTfliteImporter::add_activation(const Operator& op) {
  struct Name {
    const char* kind;
    ActivationKind to;
    Clamp clamp;
  };
  const Name names[] = {{"RELU", ActivationKind::relu, {0.0f, Clamp{}.high}},
                        {"RELU6", ActivationKind::relu6, {0.0f, 6.0f}},
                        {"RELU_N1_TO_1", ActivationKind::hard_tanh, {-1.0f, 1.0f}},
                        {"LOGISTIC", ActivationKind::sigmoid, {}},
                        {"HARD_SWISH", ActivationKind::hard_swish, {}},
                        {"TANH", ActivationKind::tanh, {}}};
  BITPLACE_ASSIGN(input, operand(op, 0));
  BITPLACE_ASSIGN(tensor, op.input(0));
  BITPLACE_ASSIGN(target, op.output());
  const auto* name =
      std::find_if(std::begin(names), std::end(names), [&](const Name& n) { return op.kind() == n.kind; });
  if (name->to == ActivationKind::sigmoid && is_silu_gate(tensor, target)) {
    silu_gates_[target] = input;
    return {};
  }
  if (!name->clamp.open() && fold_clamp(tensor, input, name->clamp)) return bind_folded(op, input);
  BITPLACE_ASSIGN(
      output, append(op, "", {"", Op::activation, {input}, kNone, ActivationAttributes{name->to, 0.0f}, {}}));
  return bind(op, output);
}

// The value has become what this operator writes: what follows may be folded into the same layer.
Status RealTfliteImporter::bind_folded(const Operator& op, ValueId value) {
  BITPLACE_ASSIGN(tensor, op.output());
  origin_of_[static_cast<std::size_t>(value)] = tensor;
  return bind(op, value);
}

// A clamp that alone reads a layer's output becomes the layer's own, if that has none.
bool RealTfliteImporter::fold_clamp(std::int32_t tensor, ValueId value, const Clamp& clamp) {
  Node* node = writer_of(value);
  if (node == nullptr || origin_of_[static_cast<std::size_t>(value)] != tensor || !is_sole_reader(tensor))
    return false;
  const auto set = [&](float* low, float* high) {
    if (!Clamp{*low, *high}.open()) return false;
    *low = clamp.low;
    *high = clamp.high;
    return true;
  };
  if (auto* a = std::get_if<ConvolutionAttributes>(&node->attributes))
    return set(&a->output_low, &a->output_high);
  if (auto* a = std::get_if<AddAttributes>(&node->attributes)) return set(&a->low, &a->high);
  if (auto* a = std::get_if<MultiplyChannelsAttributes>(&node->attributes)) return set(&a->low, &a->high);
  return false;
}

// a * (w x + b) + c = (a w) x + (a b + c), where nothing else reads the convolution and it does not clamp.
bool RealTfliteImporter::fold_channel_affine(std::int32_t tensor, ValueId value,
                                             const std::vector<float>& multiplier,
                                             const std::vector<float>& addend, const Clamp& clamp) {
  Node* node = writer_of(value);
  if (node == nullptr || node->op != Op::convolution ||
      origin_of_[static_cast<std::size_t>(value)] != tensor || !is_sole_reader(tensor))
    return false;
  auto& a = std::get<ConvolutionAttributes>(node->attributes);
  if (!Clamp{a.output_low, a.output_high}.open()) return false;
  for (const Parameter& parameter : node->parameters) {
    Tensor& numbers = result_.graph.tensors[static_cast<std::size_t>(parameter.tensor)];
    auto* values = reinterpret_cast<float*>(numbers.data.data());
    const auto filters = static_cast<std::size_t>(numbers.shape[0]);
    const std::size_t count = numbers.data.size() / sizeof(float);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t o = i / (count / filters);
      values[i] = values[i] * multiplier[o] + (parameter.role == "bias" ? addend[o] : 0.0f);
    }
  }
  a.output_low = clamp.low;
  a.output_high = clamp.high;
  return true;
}

Result<int> RealTfliteImporter::constant_position(const Operator& op) const {
  if (op.input_count() != 2) return op.corrupt("does not have two operands");
  for (const int position : {0, 1}) {
    BITPLACE_ASSIGN(tensor, op.input(static_cast<std::size_t>(position)));
    if (is_constant(tensor)) return position;
  }
  return -1;
}

// [C], [1, C], ... [1, 1, 1, C], or one number for all channels.
Result<std::vector<float>> RealTfliteImporter::channel_constants(const Operator& op, std::size_t position,
                                                                 std::int64_t channels) const {
  BITPLACE_ASSIGN(tensor, constant(op, position));
  std::vector<float> values = to_f32(*tensor);
  const auto count = static_cast<std::int64_t>(values.size());
  if (count == 1) {
    values.assign(static_cast<std::size_t>(channels), values[0]);
  } else if (count != channels || tensor->shape.empty() || tensor->shape.back() != count) {
    return op.unsupported("constant '" + tensor->name + "' is not one number per channel");
  }
  if (std::any_of(values.begin(), values.end(), [](float value) { return !std::isfinite(value); }))
    return op.corrupt("constant '" + tensor->name + "' is not finite");
  return values;
}

// x * multiplier + addend per channel, then the operator's clamp: part of the convolution in front of it, or
// a depthwise one of its own, 1x1.
Status RealTfliteImporter::append_channel_affine(const Operator& op, std::size_t position,
                                                 const std::vector<float>& multiplier,
                                                 const std::vector<float>& addend) {
  BITPLACE_ASSIGN(input, operand(op, position));
  BITPLACE_ASSIGN(tensor, op.input(position));
  BITPLACE_ASSIGN(clamp, output_clamp(op));
  if (fold_channel_affine(tensor, input, multiplier, addend, clamp)) return bind_folded(op, input);
  BITPLACE_TRY(spend(op, multiplier.size() + addend.size()));
  const std::string name = op.layer_name();
  const auto channels = static_cast<std::int64_t>(multiplier.size());
  const Shape shape(channels, std::int64_t{1}, std::int64_t{1}, std::int64_t{1});
  Graph& graph = result_.graph;
  std::vector<Parameter> parameters = {
      {"weight", graph.add_tensor(weight_tensor(name + ".weight", shape, multiplier))},
      {"bias", graph.add_tensor(make_tensor(name + ".bias", addend))}};
  ConvolutionAttributes a;
  a.groups = static_cast<std::int32_t>(channels);
  a.epilogue = Epilogue::affine;
  a.output_low = clamp.low;
  a.output_high = clamp.high;
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::convolution, {input}, kNone, a, parameters}));
  return bind(op, output);
}

Status RealTfliteImporter::add_addition(const Operator& op) {
  BITPLACE_ASSIGN(position, constant_position(op));
  if (position >= 0) {
    const auto other = static_cast<std::size_t>(1 - position);
    BITPLACE_ASSIGN(input, operand(op, other));
    const std::int64_t channels = value_at(result_.graph, input).shape[3];
    BITPLACE_ASSIGN(addend, channel_constants(op, static_cast<std::size_t>(position), channels));
    const std::vector<float> ones(addend.size(), 1.0f);
    return append_channel_affine(op, other, ones, addend);
  }
  BITPLACE_ASSIGN(a, operand(op, 0));
  BITPLACE_ASSIGN(b, operand(op, 1));
  BITPLACE_ASSIGN(clamp, output_clamp(op));
  AddAttributes attributes;
  attributes.low = clamp.low;
  attributes.high = clamp.high;
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::add, {a, b}, kNone, attributes, {}}));
  return bind(op, output);
}

Status RealTfliteImporter::add_subtraction(const Operator& op) {
  BITPLACE_ASSIGN(position, constant_position(op));
  if (position < 0) return op.unsupported("neither operand is a constant");
  const auto other = static_cast<std::size_t>(1 - position);
  BITPLACE_ASSIGN(input, operand(op, other));
  const std::int64_t channels = value_at(result_.graph, input).shape[3];
  BITPLACE_ASSIGN(addend, channel_constants(op, static_cast<std::size_t>(position), channels));
  const std::vector<float> factor(addend.size(), position == 1 ? 1.0f : -1.0f);
  if (position == 1) std::transform(addend.begin(), addend.end(), addend.begin(), std::negate<>());
  return append_channel_affine(op, other, factor, addend);
}

Status RealTfliteImporter::add_multiplication(const Operator& op) {
  BITPLACE_ASSIGN(position, constant_position(op));
  if (position >= 0) {
    const auto other = static_cast<std::size_t>(1 - position);
    BITPLACE_ASSIGN(input, operand(op, other));
    const std::int64_t channels = value_at(result_.graph, input).shape[3];
    BITPLACE_ASSIGN(multiplier, channel_constants(op, static_cast<std::size_t>(position), channels));
    const std::vector<float> zeros(multiplier.size(), 0.0f);
    return append_channel_affine(op, other, multiplier, zeros);
  }
  for (const std::size_t gate : {0u, 1u}) {
    BITPLACE_ASSIGN(tensor, op.input(gate));
    const auto found = silu_gates_.find(tensor);
    if (found == silu_gates_.end()) continue;
    BITPLACE_TRY(op.check_no_activation());
    BITPLACE_ASSIGN(output, append(op, "",
                                   {"",
                                    Op::activation,
                                    {found->second},
                                    kNone,
                                    ActivationAttributes{ActivationKind::silu, 0.0f},
                                    {}}));
    return bind(op, output);
  }
  BITPLACE_ASSIGN(a, operand(op, 0));
  BITPLACE_ASSIGN(b, operand(op, 1));
  const auto is_gate = [&](ValueId value) {
    const Shape& shape = value_at(result_.graph, value).shape;
    return shape[1] == 1 && shape[2] == 1;
  };
  if (!is_gate(a) && !is_gate(b)) return op.unsupported("multiplies two maps");
  BITPLACE_ASSIGN(clamp, output_clamp(op));
  MultiplyChannelsAttributes attributes;
  attributes.low = clamp.low;
  attributes.high = clamp.high;
  std::vector<ValueId> inputs = is_gate(b) ? std::vector<ValueId>{a, b} : std::vector<ValueId>{b, a};
  BITPLACE_ASSIGN(output, append(op, "", {"", Op::multiply_channels, inputs, kNone, attributes, {}}));
  return bind(op, output);
}

Status RealTfliteImporter::add_concatenation(const Operator& op) {
  BITPLACE_TRY(op.check_no_activation());
  BITPLACE_ASSIGN(axis, op.option("axis", -4, 3));
  if (axis != 3 && axis != -1) return op.unsupported("joins maps along another axis than the channels");
  BITPLACE_ASSIGN(first, operand(op, 0));
  ValueId joined = first;
  for (std::size_t i = 1; i < op.input_count(); ++i) {
    BITPLACE_ASSIGN(next, operand(op, i));
    BITPLACE_ASSIGN(output, append(op, "", {"", Op::concatenate, {joined, next}, kNone, NoAttributes{}, {}}));
    joined = output;
  }
  return bind(op, joined);
}

// Only of vectors: [1, C], [1, 1, 1, C] and the like.
Status RealTfliteImporter::add_reshape(const Operator& op) {
  BITPLACE_ASSIGN(input, operand(op, 0));
  BITPLACE_ASSIGN(target, op.output());
  const Shape map = value_at(result_.graph, input).shape;
  const std::vector<std::int64_t>& shape = op.tensor(target).shape;
  const bool ones = !shape.empty() && std::all_of(shape.begin(), shape.end() - 1,
                                                  [](std::int64_t extent) { return extent == 1; });
  if (map[1] != 1 || map[2] != 1 || !ones || shape.back() != map[3])
    return op.unsupported("changes the shape of a map, not only that of a vector of channels");
  return bind(op, input);
}

}  // namespace bitplace
