#include "lowering/channel_affine.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "core/error.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

const float* numbers(const Graph& graph, const Node& node, const char* role) {
  const Tensor* tensor = graph.parameter(node, role);
  return tensor == nullptr ? nullptr : tensor->as<float>();
}

Result<ChannelAffine> batch_norm_affine(const Graph& graph, const Node& node) {
  const double epsilon = std::get<BatchNormAttributes>(node.attributes).epsilon;
  const float *mean = numbers(graph, node, "mean"), *variance = numbers(graph, node, "variance"),
              *weight = numbers(graph, node, "weight"), *bias = numbers(graph, node, "bias");
  ChannelAffine affine(static_cast<std::size_t>(value_at(graph, node.output).shape[3]));
  for (std::size_t c = 0; c < affine.channels(); ++c) {
    const double spread = static_cast<double>(variance[c]) + epsilon;
    if (!(spread > 0.0)) {
      return make_error(ErrorCode::corrupt, "layer '" + node.name + "'",
                        "the variance of channel " + std::to_string(c) + " is negative or not a number");
    }
    affine.factor[c] = weight[c] / std::sqrt(spread);
    affine.addend[c] = bias[c] - mean[c] * affine.factor[c];
  }
  return affine;
}

// The weights of one filter, which are multiples of `step`, as the same multiples of `folded`, or of its
// negative.
void fold_steps(const float* weight, std::size_t count, float step, float folded, bool negative, float* out) {
  for (std::size_t i = 0; i < count; ++i) {
    const float multiple = std::nearbyint(weight[i] / step);
    out[i] = (negative ? -multiple : multiple) * folded;
  }
}

}  // namespace

void ChannelAffine::then(const ChannelAffine& next) {
  for (std::size_t c = 0; c < factor.size(); ++c) {
    factor[c] *= next.factor[c];
    addend[c] = addend[c] * next.factor[c] + next.addend[c];
  }
}

Result<ChannelAffine> channel_affine(const Graph& graph, const Node& node) {
  if (node.op == Op::batch_norm) return batch_norm_affine(graph, node);
  ChannelAffine affine(static_cast<std::size_t>(value_at(graph, node.output).shape[3]));
  if (const auto* divide = std::get_if<DivideAttributes>(&node.attributes)) {
    std::fill(affine.factor.begin(), affine.factor.end(), 1.0 / static_cast<double>(divide->divisor));
    return affine;
  }
  const float *multiplier = numbers(graph, node, "multiplier"), *addend = numbers(graph, node, "addend");
  affine.factor.assign(multiplier, multiplier + affine.channels());
  affine.addend.assign(addend, addend + affine.channels());
  return affine;
}

float normal_scale(double scale) {
  return std::max(static_cast<float>(scale), FLT_MIN);
}

Result<Node> fold_affine(const Graph& graph, const Node& convolution, const ChannelAffine& affine,
                         Rewrite& rewrite) {
  const Tensor& weight = *graph.parameter(convolution, "weight");
  const float* steps = numbers(graph, convolution, "weight_scale");
  const float* old_bias = numbers(graph, convolution, "bias");
  Tensor scaled = weight;
  std::vector<float> bias(affine.channels()), folded_steps(steps != nullptr ? bias.size() : 0);
  const std::size_t row = static_cast<std::size_t>(weight.shape.elements()) / bias.size();
  for (std::size_t c = 0; c < bias.size(); ++c) {
    const float* from = weight.as<float>() + c * row;
    float* to = scaled.as<float>() + c * row;
    if (steps != nullptr) {
      folded_steps[c] = normal_scale(static_cast<double>(steps[c]) * std::fabs(affine.factor[c]));
      fold_steps(from, row, steps[c], folded_steps[c], affine.factor[c] < 0.0, to);
    } else {
      std::transform(from, from + row, to, [&](float w) { return static_cast<float>(w * affine.factor[c]); });
    }
    const double before = old_bias != nullptr ? old_bias[c] : 0.0;
    bias[c] = static_cast<float>(before * affine.factor[c] + affine.addend[c]);
    if (!std::isfinite(bias[c])) {
      return make_error(ErrorCode::corrupt, "layer '" + convolution.name + "'",
                        "channel " + std::to_string(c) + " is infinite behind its batch-norm");
    }
  }
  Node folded{convolution.name,
              Op::convolution,
              {rewrite.find(convolution.inputs[0])},
              kNone,
              convolution.attributes,
              {{"weight", rewrite.add_tensor(std::move(scaled))},
               {"bias", rewrite.add_tensor(make_tensor(convolution.name + ".bias", bias))}}};
  std::get<ConvolutionAttributes>(folded.attributes).epilogue = Epilogue::affine;
  if (steps != nullptr) {
    const TensorId tensor = rewrite.add_tensor(make_tensor(convolution.name + ".weight_scale", folded_steps));
    folded.parameters.push_back({"weight_scale", tensor});
  }
  return folded;
}

Node depthwise_affine(const std::string& name, ValueId input, const ChannelAffine& affine, Rewrite& rewrite) {
  ConvolutionAttributes a;
  a.groups = static_cast<std::int32_t>(affine.channels());
  a.epilogue = Epilogue::affine;
  Tensor weight =
      make_tensor(name + ".weight", std::vector<float>(affine.factor.begin(), affine.factor.end()));
  weight.shape = Shape(static_cast<std::int64_t>(affine.channels()), 1, 1, 1);
  const TensorId weight_id = rewrite.add_tensor(std::move(weight));
  const TensorId bias_id = rewrite.add_tensor(
      make_tensor(name + ".bias", std::vector<float>(affine.addend.begin(), affine.addend.end())));
  return {name, Op::convolution, {input}, kNone, a, {{"weight", weight_id}, {"bias", bias_id}}};
}

}  // namespace bitplace
