#include "vprconv/decisions.h"

#include <algorithm>
#include <limits>

#include "common/text_table.h"
#include "graph/code_range.h"
#include "lowering/rewrite.h"
#include "lowering/weight_codes.h"

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
  std::string text = std::string(a.ordered != 0 ? "ordered " : "") +
                     data_type_name(value_at(graph, node.inputs[0]).type) + " x " +
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

std::string thresholds_text(const char* kind, std::size_t count, std::int64_t falling,
                            std::int64_t constant) {
  std::string text = std::to_string(count) + kind;
  if (falling > 0) text += ", " + std::to_string(falling) + " falling";
  if (constant > 0) text += ", " + std::to_string(constant) + " constant";
  return text;
}

std::int64_t falling_channels(const Tensor& flip) {
  return std::count(flip.data.begin(), flip.data.end(), std::byte{1});
}

// Counts of the channels whose bit rises against the accumulator, and of those whose bit never changes.
std::string threshold_text(const Graph& graph, const Node& node) {
  const Tensor& threshold = *graph.parameter(node, "threshold");
  const Tensor& flip = *graph.parameter(node, "flip");
  const auto count = static_cast<std::int64_t>(flip.data.size());
  if (threshold.type == DataType::f32) {
    // The least number there is has none below it.
    const auto* numbers = threshold.as<float>();
    const std::int64_t constant = std::count(numbers, numbers + count, std::numeric_limits<float>::lowest());
    return thresholds_text(" real thresholds", flip.data.size(), falling_channels(flip), constant);
  }
  const std::int64_t largest = node.op == Op::convolution ? largest_accumulator(graph, node) : INT32_MAX;
  const auto* numbers = threshold.as<std::int32_t>();
  const std::int64_t constant =
      std::count_if(numbers, numbers + count, [&](std::int64_t t) { return t <= -largest || t > largest; });
  return thresholds_text(" integer thresholds", flip.data.size(), falling_channels(flip), constant);
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
  if (p.input_type == DataType::u8)
    return text + "the pixels; what training divides by is in the scales behind";
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

namespace {

// The layer of the model that does what a trained one did which it no longer has: the threshold behind, for
// what stands in front of a sign, or else what is left in front.
const Node* owner_of(const Graph& trained, const Graph& model, const Node& node) {
  const Node* next = &node;
  while (next != nullptr && is_affine(next->op))
    next = sole_reader(trained, next->output);
  const Node* sign = next != nullptr && next != &node && next->op == Op::sign ? next : nullptr;
  const Node* kept = sign != nullptr ? find_node(model, sign->name) : nullptr;
  const Node* before = &node;
  while (kept == nullptr && (before = writer(trained, before->inputs[0])) != nullptr)
    kept = find_node(model, before->name);
  return kept;
}

std::string part_text(const Graph& model, const Node& owner, const Node& part) {
  const std::string text = "in " + owner.name;
  if (const auto* levels = std::get_if<LevelsAttributes>(&part.attributes))
    return text + ": codes 0 to " + std::to_string(static_cast<int>(levels->high));
  if (part.op == Op::sign) return text + ": bits, 1 means -1";
  if (is_affine(part.op) && model.parameter(owner, "threshold") != nullptr)
    return text + ": " + threshold_text(model, owner);
  return text;
}

}  // namespace

bool rounds_trained_levels(const Graph& trained, const Node& layer, const Graph& model) {
  if (layer.op != Op::convolution || trained.parameter(layer, "weight_scale") == nullptr) return false;
  const Node* kept = find_node(model, layer.name);
  const Tensor* weight = kept != nullptr ? model.parameter(*kept, "weight") : nullptr;
  if (weight == nullptr || weight->type == DataType::f32) return false;
  return trained_codes(trained, layer, largest_weight(weight->type)).empty();
}

std::vector<Decision> real_decisions(const Graph& trained, const ModelContents& model) {
  std::vector<Decision> decisions = {{"image", value_text(trained, trained.input), input_text(model)}};
  for (const Node& node : trained.nodes) {
    Decision decision{node.name, operation_text(trained, node) + " -> " + value_text(trained, node.output),
                      ""};
    if (const Node* kept = find_node(model.graph, node.name)) {
      decision.became = became_node(model.graph, *kept);
      if (kept->op == Op::threshold) decision.became += ", " + threshold_text(model.graph, *kept);
      if (rounds_trained_levels(trained, node, model.graph)) decision.became += ", weights rounded";
    } else if (const Node* owner = owner_of(trained, model.graph, node)) {
      decision.became = part_text(model.graph, *owner, node);
    } else {
      decision.became = "dropped";
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
