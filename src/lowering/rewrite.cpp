#include "lowering/rewrite.h"

#include <cstring>

#include "core/error.h"
#include "graph/validate.h"

namespace bitplace {
namespace {

template <typename T>
Tensor vector_tensor(std::string name, DataType type, const std::vector<T>& values) {
  Tensor tensor{std::move(name), type, Shape(static_cast<std::int64_t>(values.size())), {}};
  tensor.data.resize(values.size() * sizeof(T));
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

}  // namespace

Rewrite::Rewrite(const Graph& source) : Rewrite(source, value_at(source, source.input).type) {}

Rewrite::Rewrite(const Graph& source, DataType input_type)
    : source_(source), value_of_(source.values.size(), kNone), tensor_of_(source.tensors.size(), kNone) {
  const Value& input = value_at(source, source.input);
  target_.input = target_.add_value(input.name, input_type, input.shape);
  redirect(source.input, target_.input);
}

ValueId Rewrite::find(ValueId source_value) const {
  return value_of_[static_cast<std::size_t>(source_value)];
}

void Rewrite::redirect(ValueId source_value, ValueId target_value) {
  value_of_[static_cast<std::size_t>(source_value)] = target_value;
}

Result<ValueId> Rewrite::append(Node node) {
  return target_.append(std::move(node));
}

Status Rewrite::copy(const Node& node) {
  Node copied = node;
  for (ValueId& input : copied.inputs)
    input = find(input);
  copied.parameters = carry(node.parameters);
  BITPLACE_ASSIGN(output, append(std::move(copied)));
  redirect(node.output, output);
  return {};
}

TensorId Rewrite::carry(TensorId source_tensor) {
  TensorId& target = tensor_of_[static_cast<std::size_t>(source_tensor)];
  if (target == kNone) target = add_tensor(source_.tensors[static_cast<std::size_t>(source_tensor)]);
  return target;
}

std::vector<Parameter> Rewrite::carry(const std::vector<Parameter>& parameters) {
  std::vector<Parameter> carried = parameters;
  for (Parameter& parameter : carried)
    parameter.tensor = carry(parameter.tensor);
  return carried;
}

Result<Graph> Rewrite::finish() {
  target_.features = find(source_.features);
  target_.descriptor = find(source_.descriptor);
  BITPLACE_TRY(validate_graph(target_));
  return std::move(target_);
}

const Node* writer(const Graph& graph, ValueId value) {
  for (const Node& node : graph.nodes) {
    if (node.output == value) return &node;
  }
  return nullptr;
}

const Node* sole_reader(const Graph& graph, ValueId value) {
  if (value == graph.features || value == graph.descriptor) return nullptr;
  const std::vector<std::size_t> readers = graph.readers(value);
  return readers.size() == 1 ? &graph.nodes[readers[0]] : nullptr;
}

const Value& value_at(const Graph& graph, ValueId value) {
  return graph.values[static_cast<std::size_t>(value)];
}

std::int64_t largest_accumulator(const Graph& graph, const Node& convolution) {
  const Shape& weight = graph.parameter(convolution, "weight")->shape;
  const std::int64_t depth = weight[1] * weight[2] * weight[3];
  return value_at(graph, convolution.inputs[0]).type == DataType::u8 ? depth * 255 : depth;
}

bool is_affine(Op op) {
  return op == Op::divide || op == Op::multiply_add || op == Op::batch_norm;
}

bool is_non_overlapping(const MaxPoolAttributes& pool) {
  return pool.window_height == pool.stride_height && pool.window_width == pool.stride_width &&
         (pool.pad_top | pool.pad_left | pool.pad_bottom | pool.pad_right) == 0;
}

Tensor make_tensor(std::string name, const std::vector<float>& values) {
  return vector_tensor(std::move(name), DataType::f32, values);
}
Tensor make_tensor(std::string name, const std::vector<std::int32_t>& values) {
  return vector_tensor(std::move(name), DataType::s32, values);
}
Tensor make_tensor(std::string name, const std::vector<std::uint8_t>& values) {
  return vector_tensor(std::move(name), DataType::u8, values);
}

}  // namespace bitplace
