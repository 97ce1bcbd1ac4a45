#include "vprtrain/networks/layer_network.h"

#include <algorithm>

#include "vprtrain/quantizers/quantizers.h"

namespace bitplace::train {
namespace {

namespace nn = torch::nn;
namespace F = torch::nn::functional;
using torch::Tensor;

// "layer1.0.conv1" is conv1 in 0 in layer1.
template <typename Module>
Module register_path(nn::Module& root, const std::string& path, Module module) {
  const std::size_t dot = path.find('.');
  if (dot == std::string::npos) return root.register_module(path, module);
  const std::string first = path.substr(0, dot);
  const auto* known = root.named_children().find(first);
  nn::Module& place =
      known != nullptr ? **known : *root.register_module(first, std::make_shared<nn::Module>());
  return register_path(place, path.substr(dot + 1), module);
}

// TensorFlow's SAME: what is odd goes to the bottom and the right.
Tensor pad_same(const Tensor& x, std::int64_t kernel, std::int64_t stride) {
  const auto total = [&](std::int64_t extent) {
    const std::int64_t positions = (extent + stride - 1) / stride;
    return std::max<std::int64_t>((positions - 1) * stride + kernel - extent, 0);
  };
  const std::int64_t rows = total(x.size(2)), columns = total(x.size(3));
  if (rows == 0 && columns == 0) return x;
  return F::pad(x, F::PadFuncOptions({columns / 2, columns - columns / 2, rows / 2, rows - rows / 2}));
}

class LayerNetwork final : public FeatureNetwork {
 public:
  LayerNetwork(const LayerList& list, std::int64_t classes) : list_(list), parts_(list.layers.size()) {
    last_reader_.resize(list.layers.size());
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      for (const LayerRef input : list.layers[i].inputs) {
        if (input != kImage) last_reader_[static_cast<std::size_t>(input)] = i;
      }
      add_part(list.layers[i], &parts_[i]);
    }
    if (classes > 0) fc_ = register_module("fc", nn::Linear(list.channels(list.features()), classes));
  }

  Tensor features(const Tensor& images) override { return run(images, nullptr); }
  Stages stages(const Tensor& images) override {
    Stages stages;
    run(images, &stages);
    return stages;
  }
  Tensor logits(const Tensor& features) override {
    TORCH_CHECK(!fc_.is_empty(), "made without a classifier");
    return fc_(features.mean({2, 3}));
  }
  std::vector<Tensor> latent_weights() override {
    std::vector<Tensor> weights;
    for (const Part& part : parts_) {
      if (part.weights != nullptr) weights.push_back(part.convolution->weight);
    }
    return weights;
  }

 private:
  struct Part {
    nn::Conv2d convolution{nullptr};
    nn::Linear linear{nullptr};
    nn::BatchNorm2d norm{nullptr};
    train::Quantizer activations = nullptr, weights = nullptr;  // null: none
  };

  void add_part(const ListedLayer& layer, Part* part);
  Tensor run(const Tensor& images, Stages* stages);
  Tensor forward(const ListedLayer& layer, Part& part, const std::vector<Tensor>& inputs);
  static Tensor convolve(const ListedLayer& layer, const Part& part, const Tensor& input);

  LayerList list_;
  std::vector<Part> parts_;
  std::vector<std::size_t> last_reader_;  // of each layer's output
  nn::Linear fc_{nullptr};
};

void LayerNetwork::add_part(const ListedLayer& layer, Part* part) {
  const std::int64_t inputs = list_.channels(layer.inputs[0]), outputs = layer.channels;
  if (layer.kind == LayerKind::convolution) {
    const nn::Conv2d made(nn::Conv2dOptions(inputs, outputs, layer.kernel).bias(false));
    part->convolution = register_path(*this, layer.name, made);
    if (!layer.activation_quantizer.empty() && layer.activation_quantizer != "none")
      part->activations = find_activation_quantizer(layer.activation_quantizer);
    if (!layer.weight_quantizer.empty() && layer.weight_quantizer != "none")
      part->weights = find_weight_quantizer(layer.weight_quantizer);
    if (part->weights != nullptr) {
      nn::init::xavier_uniform_(made->weight);
    } else {
      nn::init::kaiming_normal_(made->weight, 0.0, torch::kFanOut, torch::kReLU);
    }
  } else if (layer.kind == LayerKind::linear) {
    const nn::Linear made(nn::LinearOptions(inputs, outputs).bias(false));
    part->linear = register_path(*this, layer.name, made);
    nn::init::kaiming_normal_(made->weight, 0.0, torch::kFanIn, torch::kReLU);
  } else if (layer.kind == LayerKind::batch_norm) {
    const auto options =
        nn::BatchNorm2dOptions(outputs).eps(list_.batch_norm_epsilon).momentum(layer.momentum);
    part->norm = register_path(*this, layer.name, nn::BatchNorm2d(options));
  }
}

// What nothing reads any more is let go, for the sake of memory where no gradient needs it.
Tensor LayerNetwork::run(const Tensor& images, Stages* stages) {
  std::vector<Tensor> outputs(parts_.size());
  auto stage = list_.stages.begin();
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const ListedLayer& layer = list_.layers[i];
    std::vector<Tensor> inputs;
    for (const LayerRef input : layer.inputs)
      inputs.push_back(input == kImage ? images : outputs[static_cast<std::size_t>(input)]);
    outputs[i] = forward(layer, parts_[i], inputs);
    for (const LayerRef input : layer.inputs) {
      if (input != kImage && last_reader_[static_cast<std::size_t>(input)] == i)
        outputs[static_cast<std::size_t>(input)] = Tensor();
    }
    if (stages != nullptr && stage != list_.stages.end() && stage->layer == static_cast<LayerRef>(i))
      stages->emplace_back((stage++)->name, outputs[i]);
  }
  return outputs[static_cast<std::size_t>(list_.features())];
}

Tensor LayerNetwork::convolve(const ListedLayer& layer, const Part& part, const Tensor& input) {
  const Tensor x = part.activations != nullptr ? part.activations(input) : input;
  const Tensor weight =
      part.weights != nullptr ? part.weights(part.convolution->weight) : part.convolution->weight;
  auto options = F::Conv2dFuncOptions().stride(layer.stride);
  if (layer.border == Border::same)
    return F::conv2d(pad_same(x, layer.kernel, layer.stride), weight, options);
  return F::conv2d(x, weight, options.padding((layer.kernel - 1) / 2));
}

Tensor LayerNetwork::forward(const ListedLayer& layer, Part& part, const std::vector<Tensor>& inputs) {
  const Tensor& x = inputs[0];
  switch (layer.kind) {
    case LayerKind::convolution:
      return convolve(layer, part, x);
    case LayerKind::linear:
      return part.linear(x.flatten(1)).view({x.size(0), layer.channels, 1, 1});
    case LayerKind::batch_norm:
      return part.norm(x);
    case LayerKind::relu:
      return torch::relu(x);
    case LayerKind::sigmoid:
      return torch::sigmoid(x);
    case LayerKind::max_pool:
      return torch::max_pool2d(x, layer.kernel, layer.stride, (layer.kernel - 1) / 2);
    case LayerKind::average_pool:
      return F::avg_pool2d(x, F::AvgPool2dFuncOptions(layer.kernel)
                                  .stride(layer.stride)
                                  .ceil_mode(true)
                                  .count_include_pad(false));
    case LayerKind::global_average:
      return x.mean({2, 3}, /*keepdim=*/true);
    case LayerKind::add:
      return x + inputs[1];
    case LayerKind::gate:
      return x * inputs[1];
  }
  return x;
}

}  // namespace

std::shared_ptr<FeatureNetwork> make_layer_network(const LayerList& list, std::int64_t classes) {
  return std::make_shared<LayerNetwork>(list, classes);
}

}  // namespace bitplace::train
