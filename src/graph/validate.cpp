#include "graph/validate.h"

#include <string>

#include "graph/node_error.h"

namespace bitplace {
namespace {

bool in_range(std::int32_t index, std::size_t count) {
  return index >= 0 && static_cast<std::size_t>(index) < count;
}

Status check_shape(const Shape& shape, const std::string& what) {
  if (shape.rank() < 1) return make_error(ErrorCode::corrupt, what, "has no shape");
  std::int64_t elements = 1;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    // One axis may be long (a flattened descriptor), as long as the whole stays bounded.
    if (shape[axis] < 1 || shape[axis] > kMaxElements) {
      return make_error(ErrorCode::corrupt, what,
                        "extent " + std::to_string(shape[axis]) + " is out of range");
    }
    elements *= shape[axis];
    if (elements > kMaxElements) return make_error(ErrorCode::corrupt, what, "shape is too large");
  }
  return {};
}

Status check_tensors(const Graph& graph) {
  for (const Tensor& tensor : graph.tensors) {
    const std::string what = "tensor '" + tensor.name + "'";
    if (static_cast<int>(tensor.type) >= kDataTypeCount)
      return make_error(ErrorCode::corrupt, what, "unknown type");
    BITPLACE_TRY(check_shape(tensor.shape, what));
    if (tensor.data.size() != dense_bytes(tensor.type, tensor.shape)) {
      return make_error(ErrorCode::corrupt, what, "its data has the wrong size");
    }
  }
  return {};
}

Status check_node(const Graph& graph, const Node& node, const std::vector<bool>& written) {
  if (node.inputs.empty() || node.inputs.size() > 8) return node_error(node, "wrong number of inputs");
  for (const ValueId input : node.inputs) {
    if (!in_range(input, graph.values.size())) return node_error(node, "reads a value that does not exist");
    if (!written[static_cast<std::size_t>(input)])
      return node_error(node, "reads a value before it is written");
  }
  for (const Parameter& parameter : node.parameters) {
    if (!in_range(parameter.tensor, graph.tensors.size()))
      return node_error(node, "uses a tensor that does not exist");
  }
  if (!in_range(node.output, graph.values.size()))
    return node_error(node, "writes a value that does not exist");
  if (written[static_cast<std::size_t>(node.output)]) return node_error(node, "writes a value a second time");
  return {};
}

}  // namespace

Status validate_graph(const Graph& graph) {
  if (graph.nodes.size() > kMaxNodes || graph.values.size() > kMaxNodes + 1) {
    return make_error(ErrorCode::corrupt, "graph", "too many layers");
  }
  if (!in_range(graph.input, graph.values.size()) || !in_range(graph.features, graph.values.size()) ||
      !in_range(graph.descriptor, graph.values.size())) {
    return make_error(ErrorCode::corrupt, "graph",
                      "input, features or descriptor is not a value of the graph");
  }
  BITPLACE_TRY(check_tensors(graph));
  for (const Value& value : graph.values) {
    const std::string what = "value '" + value.name + "'";
    if (static_cast<int>(value.type) >= kDataTypeCount)
      return make_error(ErrorCode::corrupt, what, "unknown type");
    BITPLACE_TRY(check_shape(value.shape, what));
    if (value.shape.rank() != 4 || value.shape[0] != 1) {
      return make_error(ErrorCode::corrupt, what, "is not NHWC with one image");
    }
    if (value.shape[1] > kMaxExtent || value.shape[2] > kMaxExtent) {
      return make_error(ErrorCode::corrupt, what, "shape is too large");
    }
  }
  std::vector<bool> written(graph.values.size());
  written[static_cast<std::size_t>(graph.input)] = true;
  for (const Node& node : graph.nodes) {
    BITPLACE_TRY(check_node(graph, node, written));
    Result<ValueSpec> spec = infer_output(graph, node);
    if (!spec.ok()) return spec.error();
    const Value& output = graph.values[static_cast<std::size_t>(node.output)];
    if (output.type != spec->type || output.shape != spec->shape) {
      return node_error(node, std::string("states an output ") + data_type_name(output.type) + "[" +
                                  to_string(output.shape) + "], computed " + data_type_name(spec->type) +
                                  "[" + to_string(spec->shape) + "]");
    }
    written[static_cast<std::size_t>(node.output)] = true;
  }
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (!written[i])
      return make_error(ErrorCode::corrupt, "value '" + graph.values[i].name + "'", "is never written");
  }
  return {};
}

}  // namespace bitplace
