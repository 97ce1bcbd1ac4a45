#include "networks/residual/build_layers.h"

#include <cmath>

#include "core/error.h"
#include "networks/bits.h"
#include "networks/network.h"
#include "networks/quantizers.h"

namespace bitplace {
namespace {

constexpr float kLeakySlope = 0.2f;

// Whether the number beyond the image, if there is one, is the level of code 0: a robot pads with that.
bool stands_around(Border border, QuantizerKind kind) {
  if (border == Border::none) return true;
  return (border == Border::same_ones) == (kind == QuantizerKind::level_sign);
}

LevelsAttributes levels_of(const Quantizer& quantizer) {
  const auto levels = static_cast<float>(1 << quantizer.bits), high = levels - 1.0f;
  if (quantizer.kind == QuantizerKind::dorefa)
    return {.scale = high, .offset = 0.0f, .high = high, .step = 1.0f / high, .base = 0.0f};
  return {.scale = -levels / 2.0f,
          .offset = (levels - 1.0f) / 2.0f,
          .high = high,
          .step = -2.0f / high,
          .base = 1.0f};
}

class LayerBuilder {
 public:
  LayerBuilder(const LayerList& list, NetworkBuilder& network) : list_(list), network_(network) {}

  ValueId build() {
    for (const ListedLayer& layer : list_.layers)
      outputs_.push_back(append(layer));
    return real(list_.features());
  }

 private:
  ValueId append(const ListedLayer& layer);
  ValueId convolution(const ListedLayer& layer);
  ValueId real_convolution(const ListedLayer& layer, ValueId input, const ConvolutionAttributes& attributes,
                           const std::vector<float>& latent, const Quantizer& quantizer);
  ValueId binary_convolution(const ListedLayer& layer, ValueId input, ConvolutionAttributes attributes,
                             const std::vector<float>& latent, const Quantizer& quantizer);
  std::vector<float> bias_of(const ListedLayer& layer);
  ValueId quantized(const ListedLayer& layer, ValueId input, const Quantizer& quantizer);
  ValueId max_pool(const ListedLayer& layer);
  ValueId average_pool(const ListedLayer& layer);
  ValueId factors(const std::string& name, ValueId input, const std::vector<float>& multiplier);
  ConvolutionAttributes attributes_of(const ListedLayer& layer, ValueId input) const;

  ValueId output(LayerRef layer) const {
    return layer == kImage ? network_.input() : outputs_[static_cast<std::size_t>(layer)];
  }
  // A layer's output as f32: accumulators are s32.
  ValueId real(LayerRef layer);
  ValueId unsupported(const ListedLayer& layer, const std::string& why) {
    network_.fail(make_error(ErrorCode::unsupported, "layer '" + layer.name + "'", why));
    return kNone;
  }

  const LayerList& list_;
  NetworkBuilder& network_;
  std::vector<ValueId> outputs_;  // by layer
};

ValueId LayerBuilder::append(const ListedLayer& layer) {
  if (!network_.status().ok()) return kNone;
  switch (layer.kind) {
    case LayerKind::convolution:
      return convolution(layer);
    case LayerKind::linear:
      return network_.linear(layer.name, real(layer.inputs[0]), layer.channels, false);
    case LayerKind::batch_norm:
      return network_.batch_norm(layer.name, output(layer.inputs[0]), layer.factors);
    case LayerKind::relu:
      return network_.activation(layer.name, real(layer.inputs[0]), ActivationKind::relu);
    case LayerKind::sigmoid:
      return network_.activation(layer.name, real(layer.inputs[0]), ActivationKind::sigmoid);
    case LayerKind::max_pool:
      return max_pool(layer);
    case LayerKind::average_pool:
      return average_pool(layer);
    case LayerKind::global_average:
      return network_.global_average(layer.name, real(layer.inputs[0]));
    case LayerKind::add:
      return network_.add(layer.name, real(layer.inputs[0]), real(layer.inputs[1]));
    case LayerKind::gate:
      return network_.multiply_channels(layer.name, real(layer.inputs[0]), real(layer.inputs[1]));
  }
  return kNone;
}

ValueId LayerBuilder::real(LayerRef layer) {
  const ValueId value = output(layer);
  if (value == kNone || network_.type(value) != DataType::s32) return value;
  const auto channels = static_cast<std::size_t>(network_.shape(value)[3]);
  const std::string& name = list_.layers[static_cast<std::size_t>(layer)].name;
  return outputs_[static_cast<std::size_t>(layer)] =
             factors(name + "/real", value, std::vector<float>(channels, 1.0f));
}

// Channel by channel.
ValueId LayerBuilder::factors(const std::string& name, ValueId input, const std::vector<float>& multiplier) {
  if (input == kNone) return kNone;
  const Shape shape(static_cast<std::int64_t>(multiplier.size()));
  const TensorId factor = network_.add_tensor(name + ".multiplier", shape, multiplier);
  const TensorId zeros =
      network_.add_tensor(name + ".addend", shape, std::vector<float>(multiplier.size(), 0.0f));
  return network_.append(
      {name, Op::multiply_add, {input}, kNone, NoAttributes{}, {{"multiplier", factor}, {"addend", zeros}}});
}

ConvolutionAttributes LayerBuilder::attributes_of(const ListedLayer& layer, ValueId input) const {
  ConvolutionAttributes a;
  a.kernel_height = a.kernel_width = layer.kernel;
  a.stride_height = a.stride_width = layer.stride;
  if (layer.border == Border::none) return a;
  if (layer.border != Border::symmetric) {
    const PaddingValue value = layer.border == Border::same ? PaddingValue::zero : PaddingValue::one;
    pad_same(&a, network_.shape(input), value);
    return a;
  }
  a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = (layer.kernel - 1) / 2;
  a.padding = layer.kernel > 1 ? PaddingValue::zero : PaddingValue::valid;
  return a;
}

ValueId LayerBuilder::convolution(const ListedLayer& layer) {
  const Result<Quantizer> activations = activation_quantizer(layer.activation_quantizer);
  const Result<Quantizer> weights = weight_quantizer(layer.weight_quantizer);
  if (!activations.ok() || !weights.ok()) {
    network_.fail(activations.ok() ? weights.error() : activations.error());
    return kNone;
  }
  const ValueId input = real(layer.inputs[0]);
  const ConvolutionAttributes attributes = attributes_of(layer, input);
  const std::vector<float> latent = network_.parameter(
      layer.name + ".weight", {layer.channels, network_.shape(input)[3], layer.kernel, layer.kernel});
  if (!network_.status().ok()) return kNone;
  if (activations->kind == QuantizerKind::sign)
    return binary_convolution(layer, input, attributes, latent, *weights);
  return real_convolution(layer, quantized(layer, input, *activations), attributes, latent, *weights);
}

// What a convolution reads of its input, other than signs.
ValueId LayerBuilder::quantized(const ListedLayer& layer, ValueId input, const Quantizer& quantizer) {
  const std::string name = layer.name + "/input";
  switch (quantizer.kind) {
    case QuantizerKind::none:
      return input;
    case QuantizerKind::hard_tanh:
      return network_.activation(name, input, ActivationKind::hard_tanh);
    case QuantizerKind::leaky_tanh:
      return network_.activation(name, input, ActivationKind::leaky_tanh, kLeakySlope);
    case QuantizerKind::dorefa:
    case QuantizerKind::level_sign:
      if (stands_around(layer.border, quantizer.kind))
        return network_.append({name, Op::levels, {input}, kNone, levels_of(quantizer), {}});
      [[fallthrough]];
    default:
      return unsupported(layer, "its activations' quantizer " + layer.activation_quantizer +
                                    " has no layer that reads its values with zeros around them");
  }
}

std::vector<float> LayerBuilder::bias_of(const ListedLayer& layer) {
  if (layer.bias) return network_.parameter(layer.name + ".bias", {layer.channels});
  return std::vector<float>(static_cast<std::size_t>(layer.channels), 0.0f);
}

ValueId LayerBuilder::real_convolution(const ListedLayer& layer, ValueId input,
                                       const ConvolutionAttributes& attributes,
                                       const std::vector<float>& latent, const Quantizer& quantizer) {
  const std::int64_t channels = network_.shape(input)[3], filters = layer.channels;
  std::vector<float> weight = latent;
  std::vector<Parameter> parameters;
  if (quantizer.kind != QuantizerKind::none) {
    const WeightLevels levels = weight_levels(quantizer, latent, static_cast<std::size_t>(filters));
    const std::size_t depth = latent.size() / levels.scale.size();
    for (std::size_t i = 0; i < weight.size(); ++i)
      weight[i] = levels.level[i] * levels.scale[i / depth];
    parameters.push_back(
        {"weight_scale", network_.add_tensor(layer.name + ".weight_scale", Shape(filters), levels.scale)});
  }
  const Shape shape(filters, layer.kernel, layer.kernel, channels);
  parameters.push_back(
      {"weight", network_.add_tensor(layer.name + ".weight", shape, channels_last(weight, shape))});
  parameters.push_back({"bias", network_.add_tensor(layer.name + ".bias", Shape(filters), bias_of(layer))});
  ConvolutionAttributes a = attributes;
  a.epilogue = Epilogue::affine;
  return network_.append({layer.name, Op::convolution, {input}, kNone, a, std::move(parameters)});
}

ValueId LayerBuilder::binary_convolution(const ListedLayer& layer, ValueId input,
                                         ConvolutionAttributes attributes, const std::vector<float>& latent,
                                         const Quantizer& quantizer) {
  const std::int64_t channels = network_.shape(input)[3], filters = layer.channels;
  if (!quantizer.is_binary()) {
    return unsupported(layer, "there are no convolutions of signs with weights of other levels: " +
                                  (layer.weight_quantizer.empty() ? "none" : layer.weight_quantizer));
  }
  if (layer.bias) return unsupported(layer, "convolutions of signs have no bias");
  const WeightLevels levels = weight_levels(quantizer, latent, static_cast<std::size_t>(filters));
  const Shape shape(filters, layer.kernel, layer.kernel, channels);
  const std::vector<float> ordered = channels_last(levels.level, shape);
  const auto depth = static_cast<std::int64_t>(latent.size()) / filters;
  const TensorId weight = network_.add_tensor(
      pack_sign_rows(layer.name + ".weight", shape, [&](std::int64_t filter, std::int64_t k) {
        return ordered[static_cast<std::size_t>(filter * depth + k)] < 0.0f;
      }));
  const ValueId bits = network_.append({layer.name + "/sign", Op::sign, {input}, kNone, NoAttributes{}, {}});
  const std::string name = levels.is_scaled() ? layer.name + "/bits" : layer.name;
  const ValueId sums =
      network_.append({name, Op::convolution, {bits}, kNone, attributes, {{"weight", weight}}});
  return levels.is_scaled() ? factors(layer.name, sums, levels.scale) : sums;
}

ValueId LayerBuilder::max_pool(const ListedLayer& layer) {
  const ValueId input = output(layer.inputs[0]);
  MaxPoolAttributes a;
  a.window_height = a.window_width = layer.kernel;
  a.stride_height = a.stride_width = layer.stride;
  if (layer.border == Border::same) {
    pad_same(&a, network_.shape(input));
  } else if (layer.border == Border::symmetric) {
    a.pad_top = a.pad_left = a.pad_bottom = a.pad_right = (layer.kernel - 1) / 2;
  }
  return network_.append({layer.name, Op::max_pool, {input}, kNone, a, {}});
}

ValueId LayerBuilder::average_pool(const ListedLayer& layer) {
  const ValueId input = real(layer.inputs[0]);
  AveragePoolAttributes a;
  a.window_height = a.window_width = layer.kernel;
  a.stride_height = a.stride_width = layer.stride;
  pad_same(&a, network_.shape(input));
  return network_.append({layer.name, Op::average_pool, {input}, kNone, a, {}});
}

}  // namespace

ValueId build_layers(const LayerList& list, NetworkBuilder& network) {
  return LayerBuilder(list, network).build();
}

}  // namespace bitplace
