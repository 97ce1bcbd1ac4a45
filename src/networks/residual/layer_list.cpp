#include "networks/residual/layer_list.h"

#include <algorithm>
#include <utility>

namespace bitplace {

LayerRef LayerList::append(ListedLayer layer) {
  if (layer.channels == 0) layer.channels = channels(layer.inputs[0]);
  layers.push_back(std::move(layer));
  return static_cast<LayerRef>(layers.size() - 1);
}

std::int32_t LayerList::channels(LayerRef layer) const {
  return layer == kImage ? 3 : layers[static_cast<std::size_t>(layer)].channels;
}

LayerRef LayerList::convolution(const std::string& name, LayerRef input, const ConvolutionLayer& shape) {
  ListedLayer layer{LayerKind::convolution, name,         {input},     shape.filters,
                    shape.kernel,           shape.stride, shape.border};
  layer.activation_quantizer = shape.activation_quantizer;
  layer.weight_quantizer = shape.weight_quantizer;
  layer.bias = shape.bias;
  return append(std::move(layer));
}

LayerRef LayerList::linear(const std::string& name, LayerRef input, std::int32_t outputs) {
  return append({LayerKind::linear, name, {input}, outputs});
}

LayerRef LayerList::batch_norm(const std::string& name, LayerRef input, double momentum, bool factors) {
  ListedLayer layer{LayerKind::batch_norm, name, {input}};
  layer.momentum = momentum;
  layer.factors = factors;
  return append(std::move(layer));
}

LayerRef LayerList::relu(const std::string& name, LayerRef input) {
  return append({LayerKind::relu, name, {input}});
}

LayerRef LayerList::sigmoid(const std::string& name, LayerRef input) {
  return append({LayerKind::sigmoid, name, {input}});
}

LayerRef LayerList::max_pool(const std::string& name, LayerRef input, std::int32_t kernel,
                             std::int32_t stride, Border border) {
  return append({LayerKind::max_pool, name, {input}, 0, kernel, stride, border});
}

LayerRef LayerList::average_pool(const std::string& name, LayerRef input, std::int32_t kernel,
                                 std::int32_t stride) {
  return append({LayerKind::average_pool, name, {input}, 0, kernel, stride});
}

LayerRef LayerList::global_average(const std::string& name, LayerRef input) {
  return append({LayerKind::global_average, name, {input}});
}

LayerRef LayerList::add(const std::string& name, LayerRef a, LayerRef b) {
  return append({LayerKind::add, name, {a, b}});
}

LayerRef LayerList::gate(const std::string& name, LayerRef map, LayerRef factors) {
  return append({LayerKind::gate, name, {map, factors}});
}

LayerList LayerList::up_to(std::string_view stage) const {
  const auto last =
      std::find_if(stages.begin(), stages.end(), [&](const Stage& s) { return s.name == stage; });
  std::vector<bool> needed(layers.size());
  needed[static_cast<std::size_t>(last->layer)] = true;
  for (std::size_t i = layers.size(); i-- > 0;) {
    for (const LayerRef input : layers[i].inputs) {
      if (needed[i] && input != kImage) needed[static_cast<std::size_t>(input)] = true;
    }
  }
  LayerList front(batch_norm_epsilon);
  std::vector<LayerRef> moved(layers.size(), kImage);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!needed[i]) continue;
    ListedLayer layer = layers[i];
    for (LayerRef& input : layer.inputs) {
      if (input != kImage) input = moved[static_cast<std::size_t>(input)];
    }
    moved[i] = front.append(std::move(layer));
  }
  for (auto s = stages.begin(); s <= last; ++s)
    front.end_stage(s->name, moved[static_cast<std::size_t>(s->layer)]);
  return front;
}

}  // namespace bitplace
