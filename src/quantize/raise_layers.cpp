#include "quantize/raise_layers.h"

#include <algorithm>

#include "core/error.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

std::vector<std::string> integer_layers(const Graph& folded, const PrecisionMap& precisions) {
  std::vector<std::string> names = weighted_layers(folded);
  std::erase_if(names, [&](const std::string& name) { return !is_integer(precisions.of(name)); });
  return names;
}

PrecisionMap with_raised(PrecisionMap precisions, const std::vector<RaisedLayer>& layers, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    precisions.layers[layers[i].name] = Precision::fp32_ordered;
  return precisions;
}

Result<std::vector<RaisedLayer>> by_sensitivity(const Graph& folded, const PrecisionMap& precisions,
                                                const DescriptorLoss& loss) {
  std::vector<RaisedLayer> layers;
  for (const std::string& name : integer_layers(folded, precisions))
    layers.push_back({name, 0.0});
  const PrecisionMap all_raised = with_raised(precisions, layers, layers.size());
  for (RaisedLayer& layer : layers) {
    PrecisionMap alone = all_raised;
    alone.layers[layer.name] = precisions.of(layer.name);
    BITPLACE_ASSIGN(found, loss(alone, true));
    layer.loss = found;
  }
  std::stable_sort(layers.begin(), layers.end(),
                   [](const RaisedLayer& a, const RaisedLayer& b) { return a.loss > b.loss; });
  return layers;
}

}  // namespace

bool has_few_levels(const Graph& folded) {
  return std::any_of(folded.nodes.begin(), folded.nodes.end(), [&](const Node& node) {
    return value_at(folded, node.output).type != DataType::f32 ||
           folded.parameter(node, "weight_scale") != nullptr;
  });
}

Result<RaisedLayers> raise_sensitive_layers(const Graph& folded, const PrecisionMap& precisions,
                                            double allowed, const DescriptorLoss& loss) {
  BITPLACE_ASSIGN(as_asked, loss(precisions, false));
  if (as_asked <= allowed) return RaisedLayers{precisions, {}};
  BITPLACE_ASSIGN(layers, by_sensitivity(folded, precisions, loss));
  // Raising none is too few; raising all leaves nothing to lose.
  std::size_t too_few = 0, enough = layers.size();
  while (enough - too_few > 1) {
    const std::size_t count = too_few + (enough - too_few) / 2;
    BITPLACE_ASSIGN(found, loss(with_raised(precisions, layers, count), false));
    (found <= allowed ? enough : too_few) = count;
  }
  layers.resize(enough);
  return RaisedLayers{with_raised(precisions, layers, enough), layers};
}

}  // namespace bitplace
