#include "graph/graph.h"

#include <algorithm>

#include "graph/validate.h"

namespace bitplace {

ValueId Graph::add_value(std::string name, DataType type, const Shape& shape) {
  values.push_back({std::move(name), type, shape});
  return static_cast<ValueId>(values.size() - 1);
}

TensorId Graph::add_tensor(Tensor tensor) {
  tensors.push_back(std::move(tensor));
  return static_cast<TensorId>(tensors.size() - 1);
}

Result<ValueId> Graph::append(Node node) {
  Result<ValueSpec> spec = infer_output(*this, node);
  if (!spec.ok()) return spec.error();
  node.output = add_value(node.name, spec->type, spec->shape);
  nodes.push_back(std::move(node));
  return nodes.back().output;
}

const Tensor* Graph::parameter(const Node& node, std::string_view role) const {
  for (const Parameter& parameter : node.parameters) {
    if (parameter.role == role) return &tensors[static_cast<std::size_t>(parameter.tensor)];
  }
  return nullptr;
}

std::vector<std::size_t> Graph::readers(ValueId value) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::vector<ValueId>& read = nodes[i].inputs;
    if (std::find(read.begin(), read.end(), value) != read.end()) found.push_back(i);
  }
  return found;
}

const char* op_name(Op op) {
  switch (op) {
    case Op::convolution:
      return "convolution";
    case Op::max_pool:
      return "max_pool";
    case Op::threshold:
      return "threshold";
    case Op::sign:
      return "sign";
    case Op::reshape:
      return "reshape";
    case Op::l2_normalize:
      return "l2_normalize";
    case Op::quantize:
      return "quantize";
    case Op::average_pool:
      return "average_pool";
    case Op::add:
      return "add";
    case Op::activation:
      return "activation";
    case Op::lookup:
      return "lookup";
    case Op::dequantize:
      return "dequantize";
    case Op::cast:
      return "cast";
    case Op::multiply_channels:
      return "multiply_channels";
    case Op::gem_pool:
      return "gem_pool";
    case Op::l2_normalize_channels:
      return "l2_normalize_channels";
    case Op::softmax:
      return "softmax";
    case Op::vlad:
      return "vlad";
    case Op::layer_norm:
      return "layer_norm";
    case Op::transpose:
      return "transpose";
    case Op::concatenate:
      return "concatenate";
    case Op::divide:
      return "divide";
    case Op::multiply_add:
      return "multiply_add";
    case Op::batch_norm:
      return "batch_norm";
    case Op::levels:
      return "levels";
  }
  return "unknown";
}

bool op_from_code(std::uint8_t code, Op* op) {
  *op = static_cast<Op>(code);
  return std::string_view(op_name(*op)) != "unknown";
}

bool is_deployable(Op op) {
  return op < Op::divide;
}

const char* padding_name(PaddingValue padding) {
  switch (padding) {
    case PaddingValue::valid:
      return "valid";
    case PaddingValue::zero:
      return "zero";
    case PaddingValue::one:
      return "one";
  }
  return "unknown";
}

const char* epilogue_name(Epilogue epilogue) {
  switch (epilogue) {
    case Epilogue::raw:
      return "raw";
    case Epilogue::threshold:
      return "threshold";
    case Epilogue::requantize:
      return "requantize";
    case Epilogue::affine:
      return "affine";
  }
  return "unknown";
}

const char* activation_name(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::relu:
      return "relu";
    case ActivationKind::relu6:
      return "relu6";
    case ActivationKind::hard_tanh:
      return "hard_tanh";
    case ActivationKind::leaky_tanh:
      return "leaky_tanh";
    case ActivationKind::leaky_relu:
      return "leaky_relu";
    case ActivationKind::hard_sigmoid:
      return "hard_sigmoid";
    case ActivationKind::hard_swish:
      return "hard_swish";
    case ActivationKind::sigmoid:
      return "sigmoid";
    case ActivationKind::silu:
      return "silu";
    case ActivationKind::gelu_erf:
      return "gelu_erf";
    case ActivationKind::gelu_tanh:
      return "gelu_tanh";
    case ActivationKind::tanh:
      return "tanh";
  }
  return "unknown";
}

Attributes default_attributes(Op op) {
  switch (op) {
    case Op::convolution:
      return ConvolutionAttributes{};
    case Op::max_pool:
      return MaxPoolAttributes{};
    case Op::quantize:
      return QuantizeAttributes{};
    case Op::average_pool:
      return AveragePoolAttributes{};
    case Op::add:
      return AddAttributes{};
    case Op::multiply_channels:
      return MultiplyChannelsAttributes{};
    case Op::activation:
      return ActivationAttributes{};
    case Op::dequantize:
      return DequantizeAttributes{};
    case Op::cast:
      return CastAttributes{};
    case Op::gem_pool:
      return GemPoolAttributes{};
    case Op::vlad:
      return VladAttributes{};
    case Op::layer_norm:
      return LayerNormAttributes{};
    case Op::divide:
      return DivideAttributes{};
    case Op::batch_norm:
      return BatchNormAttributes{};
    case Op::levels:
      return LevelsAttributes{};
    case Op::threshold:
    case Op::sign:
    case Op::reshape:
    case Op::l2_normalize:
    case Op::l2_normalize_channels:
    case Op::softmax:
    case Op::transpose:
    case Op::concatenate:
    case Op::lookup:
    case Op::multiply_add:
      return NoAttributes{};
  }
  return NoAttributes{};
}

}  // namespace bitplace
