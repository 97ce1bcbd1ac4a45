#include "vprconv/decisions.h"

#include "common/text_table.h"
#include "lowering/rewrite.h"

namespace bitplace::tools {
namespace {

const Node* find_node(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes) {
    if (node.name == name) return &node;
  }
  return nullptr;
}

std::string square(std::int32_t height, std::int32_t width) {
  return std::to_string(height) + "x" + std::to_string(width);
}

std::string convolution_text(const Graph& graph, const Node& node) {
  const auto& a = std::get<ConvolutionAttributes>(node.attributes);
  const Tensor& weight = *graph.parameter(node, "weight");
  std::string text = std::string(data_type_name(value_at(graph, node.inputs[0]).type)) + " x " +
                     data_type_name(weight.type) + " " + square(a.kernel_height, a.kernel_width) + "/" +
                     std::to_string(a.stride_height);
  if (a.stride_width != a.stride_height) text += "," + std::to_string(a.stride_width);
  if (a.dilation_height != 1 || a.dilation_width != 1)
    text += " dilation " + square(a.dilation_height, a.dilation_width);
  if (a.groups != 1) text += " groups " + std::to_string(a.groups);
  if (a.padding != PaddingValue::valid) text += std::string(" pad ") + padding_name(a.padding);
  if (a.pool_height != 1 || a.pool_width != 1) text += ", max-pool " + square(a.pool_height, a.pool_width);
  if (a.epilogue == Epilogue::threshold) text += ", threshold";
  return text;
}

// Counts of the channels whose bit rises against the accumulator, and of those whose bit never changes.
std::string threshold_text(const Graph& graph, const Node& node) {
  const Tensor& threshold = *graph.parameter(node, "threshold");
  const Tensor& flip = *graph.parameter(node, "flip");
  const std::int64_t largest = node.op == Op::convolution ? largest_accumulator(graph, node) : INT32_MAX;
  std::int64_t falling = 0, constant = 0;
  for (std::size_t c = 0; c < flip.data.size(); ++c) {
    const std::int64_t t = threshold.as<std::int32_t>()[c];
    falling += flip.data[c] != std::byte{0} ? 1 : 0;
    constant += t <= -largest || t > largest ? 1 : 0;
  }
  std::string text = std::to_string(flip.data.size()) + " integer thresholds";
  if (falling > 0) text += ", " + std::to_string(falling) + " falling";
  if (constant > 0) text += ", " + std::to_string(constant) + " constant";
  return text;
}

std::string became_node(const Graph& lowered, const Node& node) {
  std::string text = operation_text(lowered, node) + " -> " + value_text(lowered, node.output);
  if (const Tensor* weight = lowered.parameter(node, "weight"))
    text += ", weights " + bytes_text(static_cast<double>(weight->data.size()));
  return text;
}

std::string input_text(const ModelContents& model) {
  const Preprocessing& p = model.preprocessing;
  std::string text = value_text(model.graph, model.graph.input) + ": ";
  char scale[48];
  std::snprintf(scale, sizeof scale, "codes of %.6g", static_cast<double>(p.input_scale));
  return text + "normalised" + (p.input_type == DataType::s8 ? std::string(", ") + scale : "");
}

}  // namespace

std::string operation_text(const Graph& graph, const Node& node) {
  std::string text = op_name(node.op);
  if (node.op == Op::convolution) return text + " " + convolution_text(graph, node);
  if (const auto* pool = std::get_if<MaxPoolAttributes>(&node.attributes)) {
    return text + " " + square(pool->window_height, pool->window_width) + "/" +
           std::to_string(pool->stride_height);
  }
  return text;
}

std::string value_text(const Graph& graph, ValueId id) {
  const Value& value = value_at(graph, id);
  std::string shape;
  for (int axis = 1; axis < value.shape.rank(); ++axis)
    shape += (axis > 1 ? "x" : "") + std::to_string(value.shape[axis]);
  return std::string(data_type_name(value.type)) + " " + shape;
}

std::vector<Decision> lowering_decisions(const Graph& trained, const Graph& lowered) {
  std::vector<Decision> decisions = {
      {"image", value_text(trained, trained.input),
       value_text(lowered, lowered.input) + ": the pixels; the division by 255 moves into thresholds"}};
  const Node* owner = nullptr;  // the lowered layer that took in the layers since
  for (const Node& node : trained.nodes) {
    Decision decision{node.name, operation_text(trained, node) + " -> " + value_text(trained, node.output),
                      ""};
    if (const Node* kept = find_node(lowered, node.name)) {
      owner = kept;
      decision.became = became_node(lowered, *kept);
    } else if (owner == nullptr) {
      decision.became = "dropped";
    } else if (node.op == Op::max_pool) {
      decision.became = "in " + owner->name + ", on accumulators";
    } else if (is_affine(node.op)) {
      decision.became = "in " + owner->name + ": " + threshold_text(lowered, *owner);
    } else {
      decision.became = "in " + owner->name + ": bits, 1 means -1";
    }
    decisions.push_back(std::move(decision));
  }
  for (const Node& node : lowered.nodes) {
    if (find_node(trained, node.name) == nullptr)
      decisions.push_back({node.name, "", became_node(lowered, node)});
  }
  return decisions;
}

std::vector<Decision> real_decisions(const Graph& trained, const ModelContents& model) {
  std::vector<Decision> decisions = {{"image", value_text(trained, trained.input), input_text(model)}};
  const Node* owner = nullptr;  // the layer of the model that took in the layers since
  for (const Node& node : trained.nodes) {
    Decision decision{node.name, operation_text(trained, node) + " -> " + value_text(trained, node.output),
                      ""};
    if (const Node* kept = find_node(model.graph, node.name)) {
      owner = kept;
      decision.became = became_node(model.graph, *kept);
    } else {
      decision.became = owner != nullptr ? "in " + owner->name : "dropped";
    }
    decisions.push_back(std::move(decision));
  }
  for (const Node& node : model.graph.nodes) {
    if (find_node(trained, node.name) == nullptr)
      decisions.push_back({node.name, "", became_node(model.graph, node)});
  }
  return decisions;
}

}  // namespace bitplace::tools
