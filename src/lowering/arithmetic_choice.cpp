#include "lowering/arithmetic_choice.h"

#include <algorithm>
#include <cmath>

#include "lowering/rewrite.h"

namespace bitplace {
namespace {

Arithmetic arithmetic_of(Precision precision) {
  if (is_integer(precision)) return Arithmetic::codes;
  return precision == Precision::fp16 ? Arithmetic::f16 : Arithmetic::f32;
}

bool runs_on_codes(Op op) {
  switch (op) {
    case Op::max_pool:
    case Op::average_pool:
    case Op::add:
    case Op::multiply_channels:
    case Op::activation:
    case Op::reshape:
    case Op::transpose:
    case Op::concatenate:
      return true;
    default:
      return false;
  }
}

bool runs_on_halves(Op op) {
  return runs_on_codes(op);
}

// The result's codes are the input's.
bool hands_codes_on(Op op) {
  return op == Op::max_pool || op == Op::reshape || op == Op::transpose || op == Op::concatenate;
}

std::size_t index(ValueId value) {
  return static_cast<std::size_t>(value);
}

bool is_never_negative(const Node& node, const std::vector<bool>& inputs_signed) {
  const auto all_inputs = [&] {
    return std::none_of(node.inputs.begin(), node.inputs.end(),
                        [&](ValueId input) { return inputs_signed[index(input)]; });
  };
  if (const auto* a = std::get_if<ConvolutionAttributes>(&node.attributes)) return a->output_low >= 0.0f;
  if (const auto* a = std::get_if<AddAttributes>(&node.attributes)) return a->low >= 0.0f || all_inputs();
  if (const auto* a = std::get_if<ActivationAttributes>(&node.attributes)) {
    return a->kind == ActivationKind::relu || a->kind == ActivationKind::relu6 ||
           a->kind == ActivationKind::sigmoid || a->kind == ActivationKind::hard_sigmoid;
  }
  return runs_on_codes(node.op) && all_inputs();
}

// By value: whether it can be negative, whatever the image is.
std::vector<bool> signed_values(const Graph& graph) {
  std::vector<bool> is_signed(graph.values.size(), true);
  for (const Node& node : graph.nodes)
    is_signed[index(node.output)] = !is_never_negative(node, is_signed);
  return is_signed;
}

}  // namespace

const Node* step_onto_levels(const Graph& graph, const Node& layer) {
  const Node* next = sole_reader(graph, layer.output);
  const bool real = value_at(graph, layer.output).type == DataType::f32;
  return real && next != nullptr && next->op == Op::quantize ? next : nullptr;
}

ArithmeticChoice::ArithmeticChoice(const Graph& graph, const PrecisionMap& precisions,
                                   const ActivationRanges& ranges)
    : graph_(graph),
      ranges_(ranges),
      nodes_(graph.nodes.size(), Arithmetic::f32),
      read_as_codes_(graph.values.size()),
      wide_(graph.values.size()),
      parent_(graph.values.size()) {
  for (std::size_t i = 0; i < parent_.size(); ++i)
    parent_[i] = static_cast<ValueId>(i);
  choose_nodes(precisions);
  leave_floats_floats();
  join_scales();
  mark_reading(precisions);
  choose_unsigned(precisions);
}

void ArithmeticChoice::choose_nodes(const PrecisionMap& precisions) {
  std::vector<Arithmetic> of_value(graph_.values.size(), Arithmetic::f32);
  const std::vector<std::size_t> first = graph_.readers(graph_.input);
  if (!first.empty() && graph_.nodes[first[0]].op == Op::convolution)
    input_ = arithmetic_of(precisions.of(graph_.nodes[first[0]].name));
  of_value[index(graph_.input)] = input_;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = graph_.nodes[i];
    Arithmetic& chosen = nodes_[i];
    if (node.op == Op::convolution) {
      if (has_precision(graph_, node)) chosen = arithmetic_of(precisions.of(node.name));
    } else if (runs_on_halves(node.op)) {
      chosen = Arithmetic::codes;
      for (const ValueId input : node.inputs)
        chosen = std::max(chosen, of_value[index(input)]);
    }
    of_value[index(node.output)] = chosen;
  }
}

// From the last node to the first: what no integer layer will read need not be rounded to codes.
void ArithmeticChoice::leave_floats_floats() {
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = graph_.nodes[i];
    if (nodes_[i] == Arithmetic::codes && node.op != Op::convolution && !read_as_codes(node.output))
      nodes_[i] = Arithmetic::f32;
    if (nodes_[i] != Arithmetic::codes) continue;
    for (const ValueId input : node.inputs)
      read_as_codes_[index(input)] = true;
  }
}

void ArithmeticChoice::join_scales() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = graph_.nodes[i];
    if (nodes_[i] != Arithmetic::codes || !hands_codes_on(node.op)) continue;
    for (const ValueId input : node.inputs)
      parent_[root(input)] = static_cast<ValueId>(root(node.output));
  }
  std::vector<bool> is_signed = signed_values(graph_);
  if (pixel() > 0.0f) is_signed[index(graph_.input)] = false;
  signed_.resize(parent_.size());
  for (std::size_t i = 0; i < parent_.size(); ++i)
    if (is_signed[i]) signed_[root(static_cast<ValueId>(i))] = true;
  range_of_root_.resize(parent_.size());
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    ActivationRange& shared = range_of_root_[root(static_cast<ValueId>(i))];
    shared.largest8 = std::max(shared.largest8, ranges_[i].largest8);
    shared.largest4 = std::max(shared.largest4, ranges_[i].largest4);
    shared.largest_unsigned = std::max(shared.largest_unsigned, ranges_[i].largest_unsigned);
  }
}

void ArithmeticChoice::mark_reading(const PrecisionMap& precisions) {
  wide_[root(graph_.input)] = true;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = graph_.nodes[i];
    if (nodes_[i] != Arithmetic::codes || hands_codes_on(node.op)) continue;
    if (node.op == Op::average_pool)
      wide_[root(node.output)] = true;  // it clamps to what s8 holds, not closer
    const bool four_bits = node.op == Op::convolution && precisions.of(node.name) == Precision::w4a4;
    for (const ValueId input : node.inputs)
      if (!four_bits) wide_[root(input)] = true;
  }
}

// Where every operation that writes or reads such a value can.
void ArithmeticChoice::choose_unsigned(const PrecisionMap& precisions) {
  unsigned_.assign(parent_.size(), precisions.unsigned_codes);
  if (pixel() > 0.0f) unsigned_[root(graph_.input)] = true;
  for (std::size_t i = 0; i < parent_.size(); ++i)
    if (signed_[i] || !wide_[i]) unsigned_[i] = false;
  if (pixel() == 0.0f) unsigned_[root(graph_.input)] = false;
  for (const ValueId value : {graph_.features, graph_.descriptor})
    unsigned_[root(value)] = false;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = graph_.nodes[i];
    const bool on_codes = nodes_[i] == Arithmetic::codes;
    const bool convolves = on_codes && node.op == Op::convolution;
    const bool pools = on_codes && node.op == Op::max_pool;
    if (!pools && !(convolves && read_as_codes(node.output))) unsigned_[root(node.output)] = false;
    const bool reads = pools || (convolves && precisions.of(node.name) != Precision::w4a4);
    for (const ValueId input : node.inputs)
      if (!reads) unsigned_[root(input)] = false;
  }
}

float ArithmeticChoice::pixel() const {
  return index(graph_.input) < ranges_.size() ? ranges_[index(graph_.input)].pixel : 0.0f;
}

std::size_t ArithmeticChoice::root(ValueId value) const {
  while (parent_[index(value)] != value)
    value = parent_[index(value)];
  return index(value);
}

CodeScale ArithmeticChoice::codes(ValueId value, bool four_bits) const {
  const ActivationRange& range = range_of_root_[root(value)];
  const bool is_signed = signed_[root(value)];
  const bool is_unsigned = unsigned_[root(value)] && !four_bits;
  CodeScale codes;
  // Four bits without a sign reach 15, with one 7.
  codes.high = is_unsigned ? 255 : !four_bits ? 127 : is_signed ? 7 : 15;
  codes.low = is_signed ? -codes.high : 0;
  const float largest = four_bits ? range.largest4 : is_unsigned ? range.largest_unsigned : range.largest8;
  codes.scale = largest / static_cast<float>(codes.high);
  if (is_unsigned && root(value) == root(graph_.input)) codes.scale = pixel();  // the image as it is
  if (!std::isnormal(codes.scale)) codes.scale = 1.0f;                          // never anything but 0
  return codes;
}

CodeScale ArithmeticChoice::codes_of(ValueId value) const {
  return codes(value, !wide_[root(value)]);
}

std::optional<CodeScale> ArithmeticChoice::codes_of_layer(const Node& layer) const {
  if (value_at(graph_, layer.output).type != DataType::f32) return std::nullopt;
  const Node* step = step_onto_levels(graph_, layer);
  if (step == nullptr) return codes_of(layer.output);
  const auto& a = std::get<QuantizeAttributes>(step->attributes);
  return CodeScale{1.0f / a.scale, static_cast<std::int32_t>(a.low), static_cast<std::int32_t>(a.high)};
}

CodeScale ArithmeticChoice::codes_for(ValueId value, Precision precision) const {
  const bool four_bits = precision == Precision::w4a4 && root(value) != root(graph_.input);
  return four_bits ? codes(value, true) : codes_of(value);
}

}  // namespace bitplace
