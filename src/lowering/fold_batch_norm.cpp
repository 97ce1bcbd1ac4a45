#include <cmath>

#include "core/error.h"
#include "lowering/passes.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

// x -> x * factor + addend, per channel.
struct ChannelAffine {
  std::vector<double> factor, addend;
};

Result<ChannelAffine> affine_of(const Graph& graph, const Node& batch_norm) {
  const double epsilon = std::get<BatchNormAttributes>(batch_norm.attributes).epsilon;
  const auto numbers = [&](const char* role) { return graph.parameter(batch_norm, role)->as<float>(); };
  const float *mean = numbers("mean"), *variance = numbers("variance"), *weight = numbers("weight"),
              *bias = numbers("bias");
  const auto channels = static_cast<std::size_t>(value_at(graph, batch_norm.output).shape[3]);
  ChannelAffine affine{std::vector<double>(channels), std::vector<double>(channels)};
  for (std::size_t c = 0; c < channels; ++c) {
    const double spread = static_cast<double>(variance[c]) + epsilon;
    if (!(spread > 0.0)) {
      return make_error(ErrorCode::corrupt, "layer '" + batch_norm.name + "'",
                        "the variance of channel " + std::to_string(c) + " is negative or not a number");
    }
    affine.factor[c] = weight[c] / std::sqrt(spread);
    affine.addend[c] = bias[c] - mean[c] * affine.factor[c];
  }
  return affine;
}

bool takes_batch_norm(const Graph& graph, const Node& node) {
  const auto* a = std::get_if<ConvolutionAttributes>(&node.attributes);
  if (a == nullptr || graph.parameter(node, "weight")->type != DataType::f32) return false;
  return a->epilogue == Epilogue::affine && std::isinf(a->output_low) && std::isinf(a->output_high);
}

Result<Node> folded(const Graph& graph, const Node& convolution, const ChannelAffine& affine,
                    Rewrite& rewrite) {
  const Tensor& weight = *graph.parameter(convolution, "weight");
  Tensor scaled = weight;
  std::vector<float> bias(affine.factor.size());
  const std::size_t row = static_cast<std::size_t>(weight.shape.elements()) / bias.size();
  for (std::size_t c = 0; c < bias.size(); ++c) {
    for (std::size_t i = c * row; i < (c + 1) * row; ++i)
      scaled.as<float>()[i] = static_cast<float>(weight.as<float>()[i] * affine.factor[c]);
    bias[c] = static_cast<float>(graph.parameter(convolution, "bias")->as<float>()[c] * affine.factor[c] +
                                 affine.addend[c]);
    if (!std::isfinite(bias[c])) {
      return make_error(ErrorCode::corrupt, "layer '" + convolution.name + "'",
                        "channel " + std::to_string(c) + " is infinite behind its batch-norm");
    }
  }
  const TensorId weight_id = rewrite.add_tensor(std::move(scaled));
  const TensorId bias_id = rewrite.add_tensor(make_tensor(convolution.name + ".bias", bias));
  return Node{convolution.name,
              Op::convolution,
              {rewrite.find(convolution.inputs[0])},
              kNone,
              convolution.attributes,
              {{"weight", weight_id}, {"bias", bias_id}}};
}

// One that no convolution can take becomes a convolution of its own, one tap per channel.
Node standing_alone(const Graph& graph, const Node& batch_norm, const ChannelAffine& affine,
                    Rewrite& rewrite) {
  const std::int64_t channels = value_at(graph, batch_norm.output).shape[3];
  ConvolutionAttributes a;
  a.groups = static_cast<std::int32_t>(channels);
  a.epilogue = Epilogue::affine;
  Tensor weight = make_tensor(batch_norm.name + ".weight",
                              std::vector<float>(affine.factor.begin(), affine.factor.end()));
  weight.shape = Shape(channels, 1, 1, 1);
  const TensorId weight_id = rewrite.add_tensor(std::move(weight));
  const TensorId bias_id = rewrite.add_tensor(
      make_tensor(batch_norm.name + ".bias", std::vector<float>(affine.addend.begin(), affine.addend.end())));
  return {batch_norm.name,
          Op::convolution,
          {rewrite.find(batch_norm.inputs[0])},
          kNone,
          a,
          {{"weight", weight_id}, {"bias", bias_id}}};
}

}  // namespace

Result<Graph> fold_batch_norm(const Graph& graph) {
  Rewrite rewrite(graph);
  for (const Node& node : graph.nodes) {
    const Node* next = takes_batch_norm(graph, node) ? sole_reader(graph, node.output) : nullptr;
    if (next != nullptr && next->op == Op::batch_norm) {
      BITPLACE_ASSIGN(affine, affine_of(graph, *next));
      BITPLACE_ASSIGN(convolution, folded(graph, node, affine, rewrite));
      BITPLACE_ASSIGN(output, rewrite.append(std::move(convolution)));
      rewrite.redirect(node.output, output);
      rewrite.redirect(next->output, output);
      continue;
    }
    if (node.op != Op::batch_norm) {
      BITPLACE_TRY(rewrite.copy(node));
      continue;
    }
    if (rewrite.find(node.output) != kNone) continue;  // taken by its convolution
    BITPLACE_ASSIGN(affine, affine_of(graph, node));
    BITPLACE_ASSIGN(output, rewrite.append(standing_alone(graph, node, affine, rewrite)));
    rewrite.redirect(node.output, output);
  }
  return rewrite.finish();
}

}  // namespace bitplace
