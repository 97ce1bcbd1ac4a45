#include "networks/recognise_backbone.h"

#include <algorithm>
#include <vector>

namespace bitplace {
namespace {

struct Layer {
  std::int32_t kernel, stride;
  bool depthwise;
  std::int64_t filters;

  bool operator==(const Layer&) const = default;
};

// Expansion, outputs, repetitions and stride of each stage.
struct Stage {
  std::int64_t expansion, outputs;
  int blocks;
  std::int32_t stride;
};

std::vector<Layer> mobilenet_v2_layers() {
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  std::int64_t channels = 32;
  std::vector<Layer> layers = {{3, 2, false, channels}};
  for (const Stage& stage : kStages) {
    for (int block = 0; block < stage.blocks; ++block) {
      const std::int64_t wide = channels * stage.expansion;
      if (stage.expansion != 1) layers.push_back({1, 1, false, wide});
      layers.push_back({3, block == 0 ? stage.stride : 1, true, wide});
      layers.push_back({1, 1, false, stage.outputs});
      channels = stage.outputs;
    }
  }
  layers.push_back({1, 1, false, 1280});
  return layers;
}

// The convolutions in their order; empty where one is of a kind that Layer cannot say.
std::vector<Layer> layers_of(const Graph& graph) {
  std::vector<Layer> layers;
  for (const Node& node : graph.nodes) {
    if (node.op != Op::convolution) continue;
    const auto& a = std::get<ConvolutionAttributes>(node.attributes);
    const Shape& weight = graph.parameter(node, "weight")->shape;
    const bool depthwise = a.groups > 1 && a.groups == weight[0];
    if (a.kernel_height != a.kernel_width || a.stride_height != a.stride_width || a.dilation_height != 1 ||
        a.dilation_width != 1 || (a.groups > 1 && !depthwise))
      return {};
    layers.push_back({a.kernel_height, a.stride_height, depthwise, weight[0]});
  }
  return layers;
}

}  // namespace

std::string recognise_backbone(const Graph& graph) {
  constexpr std::ptrdiff_t kMobilenetV2Sums = 10;
  const auto sums = std::count_if(graph.nodes.begin(), graph.nodes.end(),
                                  [](const Node& node) { return node.op == Op::add; });
  if (sums == kMobilenetV2Sums && layers_of(graph) == mobilenet_v2_layers()) return "mobilenet_v2";
  return "";
}

}  // namespace bitplace
