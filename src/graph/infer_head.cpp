// What heads and joins write: the operations that turn feature maps into descriptors.
#include <cmath>
#include <string>

#include "graph/infer.h"

namespace bitplace::infer {
namespace {

const Value& second_input(const Graph& graph, const Node& node) {
  return graph.values[static_cast<std::size_t>(node.inputs[1])];
}

bool is_small_positive(float value) {
  return std::isnormal(value) && value > 0;
}

}  // namespace

Result<ValueSpec> gem_pool(const Node& node, const Value& input) {
  const auto& a = std::get<GemPoolAttributes>(node.attributes);
  // Beyond that, powers of ordinary features leave binary32.
  if (!is_small_positive(a.p) || a.p > 64.0f) return node_error(node, "p is not within (0, 64]");
  if (!is_small_positive(a.epsilon)) return node_error(node, "epsilon is not a normal positive number");
  return ValueSpec{DataType::f32, Shape(std::int64_t{1}, std::int64_t{1}, std::int64_t{1}, input.shape[3])};
}

Result<ValueSpec> vlad(const Graph& graph, const Node& node, const Value& input) {
  const Value& features = second_input(graph, node);
  if (features.type != DataType::f32 || features.shape[1] != input.shape[1] ||
      features.shape[2] != input.shape[2])
    return node_error(node, "its features are not f32 of the assignments' height and width");
  const Tensor* centers = graph.parameter(node, "centers");
  const Shape expected(input.shape[3], features.shape[3]);
  if (centers == nullptr || centers->type != DataType::f32 || centers->shape != expected)
    return node_error(node, "has no centers f32[" + to_string(expected) + "]");
  if (!in(std::get<VladAttributes>(node.attributes).dimension_major, 0, 1))
    return node_error(node, "dimension_major is neither 0 nor 1");
  return ValueSpec{DataType::f32,
                   Shape(std::int64_t{1}, std::int64_t{1}, std::int64_t{1}, expected.elements())};
}

Result<ValueSpec> layer_norm(const Graph& graph, const Node& node, const Value& input) {
  for (const char* role : {"weight", "bias"})
    BITPLACE_TRY(check_channel_parameter(graph, node, role, DataType::f32, input.shape[3]));
  if (!is_small_positive(std::get<LayerNormAttributes>(node.attributes).epsilon))
    return node_error(node, "epsilon is not a normal positive number");
  return ValueSpec{DataType::f32, input.shape};
}

Result<ValueSpec> transpose(const Node& node, const Value& input) {
  if (input.shape[3] > kMaxExtent) return node_error(node, "has too many channels to become pixels");
  return ValueSpec{input.type,
                   Shape(std::int64_t{1}, std::int64_t{1}, input.shape[3], input.shape[1] * input.shape[2])};
}

Result<ValueSpec> concatenate(const Graph& graph, const Node& node, const Value& input) {
  const Value& other = second_input(graph, node);
  if (other.type != input.type || other.shape[1] != input.shape[1] || other.shape[2] != input.shape[2])
    return node_error(node, "its inputs differ in type, height or width");
  return ValueSpec{input.type,
                   Shape(std::int64_t{1}, input.shape[1], input.shape[2], input.shape[3] + other.shape[3])};
}

}  // namespace bitplace::infer
