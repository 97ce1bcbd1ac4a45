#include "vprtrain/networks/layer_sequence.h"

#include <cmath>

namespace bitplace::train {
namespace {

namespace F = torch::nn::functional;
using torch::Tensor;

// Rows or columns that SAME adds before and behind.
std::pair<std::int64_t, std::int64_t> same_margins(std::int64_t size, std::int64_t window,
                                                   std::int64_t stride) {
  const std::int64_t positions = (size + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>((positions - 1) * stride + window - size, 0);
  return {total / 2, total - total / 2};
}

Tensor padded(const Tensor& x, const Layer& layer) {
  const auto [top, bottom] = same_margins(x.size(2), layer.kernel, layer.stride);
  const auto [left, right] = same_margins(x.size(3), layer.kernel, layer.stride);
  return torch::constant_pad_nd(x, {left, right, top, bottom}, layer.margin == Margin::ones ? 1 : 0);
}

// A margin of ones is one of zeros around x - 1 and the sum of each filter's weights as its bias: the
// convolution then skips the margin, and nothing is copied.
Tensor convolved(const Tensor& x, const Tensor& weight, const Tensor& bias, const Layer& layer) {
  if (layer.margin == Margin::valid) return torch::conv2d(x, weight, bias, layer.stride);
  const bool symmetric = layer.kernel % 2 == 1 && layer.stride == 1;
  if (!symmetric) return torch::conv2d(padded(x, layer), weight, bias, layer.stride);
  const std::int64_t margin = layer.kernel / 2;
  if (layer.margin == Margin::zeros) return torch::conv2d(x, weight, bias, 1, margin);
  const Tensor sums = weight.sum({1, 2, 3});
  return torch::conv2d(x - 1, weight, bias.defined() ? bias + sums : sums, 1, margin);
}

Tensor pooled(const Tensor& x, std::int64_t window) {
  if (window == 2) return torch::max_pool2d(x, 2);
  // SAME of 3x3 windows: an odd size has a margin on both sides, an even one only behind.
  const auto margin = [](std::int64_t size) { return size % 2; };
  return torch::max_pool2d(x, 3, 2, {margin(x.size(2)), margin(x.size(3))}, 1, /*ceil_mode=*/true);
}

// "pool2" behind "conv2".
std::string pool_name(const std::string& layer) {
  return "pool" + layer.substr(layer.find_first_of("0123456789"));
}

}  // namespace

BatchNorm::BatchNorm(std::int64_t channels, double share_of_new, const BatchNormChoice& choice)
    : momentum(share_of_new), epsilon(choice.epsilon) {
  if (choice.factors) weight = register_parameter("weight", torch::ones(channels));
  bias = register_parameter("bias", torch::zeros(channels));
  running_mean = register_buffer("running_mean", torch::zeros(channels));
  running_var = register_buffer("running_var", torch::ones(channels));
}

Tensor BatchNorm::forward(const Tensor& x) {
  return torch::batch_norm(x, weight, bias, running_mean, running_var, is_training(), momentum, epsilon,
                           true);
}

struct LayerSequence::Weights : torch::nn::Module {
  // As Keras draws them (Glorot and Bengio 2010).
  Weights(const Layer& layer, std::int64_t inputs) {
    std::vector<std::int64_t> shape = {layer.units, inputs};
    if (layer.kernel > 0) shape.insert(shape.end(), {layer.kernel, layer.kernel});
    const std::int64_t taps = std::max<std::int64_t>(layer.kernel * layer.kernel, 1);
    const double bound = std::sqrt(6.0 / static_cast<double>((inputs + layer.units) * taps));
    weight = register_parameter("weight", torch::empty(shape).uniform_(-bound, bound));
    if (layer.bias) bias = register_parameter("bias", torch::zeros(layer.units));
  }

  Tensor weight, bias;
};

LayerSequence::LayerSequence(torch::nn::Module& owner, const std::vector<Layer>& layers,
                             const BatchNormChoice& norms, std::int64_t channels, std::int64_t positions) {
  const auto add_norm = [&](const std::string& name, double momentum) -> std::shared_ptr<BatchNorm> {
    if (name.empty()) return nullptr;
    return owner.register_module(name, std::make_shared<BatchNorm>(channels, momentum, norms));
  };
  for (const Layer& layer : layers) {
    Parts parts{layer, add_norm(layer.norm_before, layer.momentum), nullptr, nullptr};
    const std::int64_t inputs = layer.kernel > 0 ? channels : channels * std::exchange(positions, 1);
    parts.weights = owner.register_module(layer.name, std::make_shared<Weights>(layer, inputs));
    channels = layer.units;
    parts.norm_behind = add_norm(layer.norm_behind, layer.momentum);
    parts_.push_back(std::move(parts));
  }
}

Tensor LayerSequence::run(const Parts& parts, Tensor x, Stages* stages) {
  const Layer& layer = parts.layer;
  Tensor weight = parts.weights->weight;
  if (layer.weights != nullptr) weight = layer.weights(weight);
  if (parts.norm_before) x = parts.norm_before->forward(x);
  if (layer.inputs != nullptr) x = layer.inputs(x);
  if (layer.kernel > 0) {
    x = convolved(x, weight, parts.weights->bias, layer);
  } else {
    if (x.dim() == 4) x = x.permute({0, 2, 3, 1}).flatten(1);
    x = torch::linear(x, weight, parts.weights->bias);
  }
  if (parts.norm_behind) x = parts.norm_behind->forward(x);
  if (layer.relu) x = torch::relu(x);
  if (stages != nullptr) stages->emplace_back(layer.name, x);
  if (layer.pool == 0) return x;
  x = pooled(x, layer.pool);
  if (stages != nullptr) stages->emplace_back(pool_name(layer.name), x);
  return x;
}

Tensor LayerSequence::forward(Tensor x, Stages* stages) {
  for (const Parts& parts : parts_)
    x = run(parts, std::move(x), stages);
  return x;
}

std::vector<Tensor> LayerSequence::latent_weights() const {
  std::vector<Tensor> weights;
  for (const Parts& parts : parts_) {
    if (parts.layer.clip) weights.push_back(parts.weights->weight);
  }
  return weights;
}

}  // namespace bitplace::train
