#include <cmath>
#include <string>

#include "graph/infer.h"

namespace bitplace::infer {
namespace {

const Value& second_input(const Graph& graph, const Node& node) {
  return graph.values[static_cast<std::size_t>(node.inputs[1])];
}

bool is_normal_positive(float value) {
  return std::isnormal(value) && value > 0;
}

// Codes are scaled by numbers that keep every product far from overflow.
bool is_code_scale(float value) {
  return std::isnormal(value) && std::abs(value) < 1e30f;
}

bool is_whole_code(float bound) {
  return std::abs(bound) <= 127.0f && bound == std::nearbyint(bound);
}

}  // namespace

Status check_clamp(const Node& node, float low, float high, bool codes, bool open) {
  if (!(low <= high)) return node_error(node, "its clamp is empty");
  if (!codes) return {};
  const auto fits = [open](float bound) { return is_whole_code(bound) || (open && std::isinf(bound)); };
  if (!fits(low) || !fits(high) || (std::isinf(low) && low > 0) || (std::isinf(high) && high < 0))
    return node_error(node, "its clamp is no whole numbers within [-127, 127]");
  return {};
}

Result<ValueSpec> add(const Graph& graph, const Node& node, const Value& input) {
  const auto& a = std::get<AddAttributes>(node.attributes);
  const Value& other = second_input(graph, node);
  if (other.type != input.type || other.shape != input.shape)
    return node_error(node, "its inputs differ in type or shape");
  const bool codes = input.type == DataType::s8;
  if (codes && (!is_code_scale(a.scale_a) || !is_code_scale(a.scale_b)))
    return node_error(node, "a scale is not a normal number of reasonable size");
  BITPLACE_TRY(check_clamp(node, a.low, a.high, codes, true));
  return ValueSpec{input.type, input.shape};
}

Result<ValueSpec> multiply_channels(const Graph& graph, const Node& node, const Value& input) {
  const auto& a = std::get<MultiplyChannelsAttributes>(node.attributes);
  const Value& gate = second_input(graph, node);
  const Shape expected(std::int64_t{1}, std::int64_t{1}, std::int64_t{1}, input.shape[3]);
  if (gate.type != input.type || gate.shape != expected)
    return node_error(node, "its gate is not one value of the input's type per channel");
  const bool codes = input.type == DataType::s8;
  if (codes && !is_code_scale(a.scale))
    return node_error(node, "scale is not a normal number of reasonable size");
  BITPLACE_TRY(check_clamp(node, a.low, a.high, codes, true));
  return ValueSpec{input.type, input.shape};
}

Result<ValueSpec> activation(const Node& node, const Value& input) {
  const auto& a = std::get<ActivationAttributes>(node.attributes);
  if (static_cast<int>(a.kind) >= kActivationKinds) return node_error(node, "unknown activation");
  if (!std::isfinite(a.alpha)) return node_error(node, "alpha is not finite");
  return ValueSpec{input.type, input.shape};
}

Result<ValueSpec> lookup(const Graph& graph, const Node& node, const Value& input) {
  BITPLACE_TRY(check_channel_parameter(graph, node, "table", DataType::s8, 256));
  for (const std::byte code : graph.parameter(node, "table")->data) {
    if (code == std::byte{0x80}) return node_error(node, "a result is -128");
  }
  return ValueSpec{DataType::s8, input.shape};
}

Result<ValueSpec> quantize(const Node& node, const Value& input) {
  const auto& a = std::get<QuantizeAttributes>(node.attributes);
  const bool unsigned_codes = input.type == DataType::f32 && a.low == 0.0f && a.high > 127.0f &&
                              a.high <= 255.0f && a.high == std::nearbyint(a.high);
  if (unsigned_codes) return ValueSpec{DataType::u8, input.shape};
  BITPLACE_TRY(check_clamp(node, a.low, a.high, true, false));
  if (a.low > 0 || a.high < 0) return node_error(node, "its clamp leaves out 0");
  return ValueSpec{DataType::s8, input.shape};
}

Result<ValueSpec> dequantize(const Graph& graph, const Node& node, const Value& input) {
  const auto& a = std::get<DequantizeAttributes>(node.attributes);
  if (input.type == DataType::s32) {
    const std::int64_t channels = input.shape[input.shape.rank() - 1];
    BITPLACE_TRY(check_channel_parameter(graph, node, "scale", DataType::f32, channels));
    if (graph.parameter(node, "bias") != nullptr)
      BITPLACE_TRY(check_channel_parameter(graph, node, "bias", DataType::f32, channels));
    if (a.output_type != DataType::f32) return node_error(node, "accumulators become f32");
  } else if (!is_normal_positive(a.scale)) {
    return node_error(node, "scale is not a normal positive number");
  }
  if (a.output_type != DataType::f32 && a.output_type != DataType::f16)
    return node_error(node, "gives f32 or f16");
  return ValueSpec{a.output_type, input.shape};
}

Result<ValueSpec> cast(const Node& node, const Value& input) {
  const DataType type = std::get<CastAttributes>(node.attributes).output_type;
  const bool known = (input.type == DataType::f32 && type == DataType::f16) ||
                     (input.type == DataType::f16 && type == DataType::f32);
  if (!known) return node_error(node, "casts f32 to f16 or f16 to f32");
  return ValueSpec{type, input.shape};
}

Result<ValueSpec> levels(const Node& node, const Value& input) {
  const auto& a = std::get<LevelsAttributes>(node.attributes);
  if (!is_code_scale(a.scale) || !is_code_scale(a.step))
    return node_error(node, "scale or step is not a normal number of reasonable size");
  if (!std::isfinite(a.offset) || !std::isfinite(a.base))
    return node_error(node, "offset or base is not finite");
  const bool whole = a.high >= 1.0f && a.high <= 255.0f && a.high == std::nearbyint(a.high);
  if (!whole) return node_error(node, "high is not a whole number from 1 to 255");
  return ValueSpec{DataType::f32, input.shape};
}

}  // namespace bitplace::infer
