#include "vprconv/layer_costs.h"

#include <algorithm>
#include <map>

#include "bitplace/describer.h"
#include "core/error.h"
#include "lowering/rewrite.h"
#include "vprconv/images.h"

namespace bitplace::tools {
namespace {

constexpr int kFrames = 12;

// Bytes of a layer's constants in the file.
std::map<std::string, double> bytes_of_layers(const Graph& graph) {
  std::map<std::string, double> bytes;
  for (const Node& node : graph.nodes) {
    for (const Parameter& parameter : node.parameters) {
      const Tensor& tensor = graph.tensors[static_cast<std::size_t>(parameter.tensor)];
      bytes[node.name] += static_cast<double>(tensor.data.size());
    }
  }
  return bytes;
}

Result<std::map<std::string, double>> times_of_layers(const ModelContents& model) {
  BITPLACE_ASSIGN(describer, describer_of(model));
  const int width = model.preprocessing.width, height = model.preprocessing.height;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(i * 2654435761u >> 13);
  describer.enable_profile(true);
  std::map<std::string, double> fastest;
  for (int frame = 0; frame < kFrames; ++frame) {
    const Result<DescriptorView> descriptor =
        describer.describe({pixels.data(), width, height, 0, PixelFormat::rgb8});
    if (!descriptor.ok()) return descriptor.error();
    const std::vector<StepInfo>& steps = describer.plan().steps();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const double milliseconds = static_cast<double>(describer.step_nanoseconds()[i]) * 1e-6;
      const auto [entry, first] = fastest.try_emplace(steps[i].layer, milliseconds);
      if (!first) entry->second = std::min(entry->second, milliseconds);
    }
  }
  return fastest;
}

}  // namespace

Result<std::vector<SearchedLayer>> measure_costs(const RealNetwork& network, const ModelMaker& make,
                                                 const ActivationRanges& ranges,
                                                 const std::vector<Precision>& choices) {
  std::vector<SearchedLayer> layers;
  for (const std::string& name : weighted_layers(network.graph))
    layers.push_back({name, {}});
  for (const Precision precision : choices) {
    PrecisionMap uniform;
    uniform.otherwise = precision;
    BITPLACE_ASSIGN(model, make(network.graph, uniform, ranges));
    BITPLACE_ASSIGN(times, times_of_layers(model));
    std::map<std::string, double> bytes = bytes_of_layers(model.graph);
    for (SearchedLayer& layer : layers) {
      const auto bits = static_cast<double>(weight_bits(precision));
      layer.costs.push_back({bits, bytes[layer.name], times[layer.name]});
    }
  }
  return layers;
}

}  // namespace bitplace::tools
