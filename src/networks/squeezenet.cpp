// SqueezeNet 1.0 and 1.1 (Iandola et al. 2016).
#include <span>

#include "networks/backbone.h"

namespace bitplace {
namespace {

// A Fire module of this width, or where `squeeze` is 0 a max-pool. torchvision numbers both in one row,
// behind the first convolution (0) and its ReLU (1).
struct Layer {
  std::int32_t squeeze, expand;
};
constexpr Layer kPool = {0, 0};

ValueId fire(NetworkBuilder& network, const std::string& name, ValueId input, const Layer& layer) {
  const auto convolution = [&](const char* part, ValueId from, std::int32_t filters, std::int32_t kernel) {
    const std::string full = name + "." + part;
    const ConvolutionShape shape = {
        .filters = filters, .kernel = kernel, .padding = kernel / 2, .bias = true};
    return network.activation(full + "/relu", network.convolution(full, from, shape), ActivationKind::relu);
  };
  const ValueId squeezed = convolution("squeeze", input, layer.squeeze, 1);
  const ValueId narrow = convolution("expand1x1", squeezed, layer.expand, 1);
  const ValueId wide = convolution("expand3x3", squeezed, layer.expand, 3);
  return network.concatenate(name + "/concatenate", narrow, wide);
}

ValueId squeezenet(NetworkBuilder& network, std::int32_t filters, std::int32_t kernel,
                   std::span<const Layer> layers) {
  ValueId x =
      network.convolution("features.0", network.input(),
                          {.filters = filters, .kernel = kernel, .stride = 2, .padding = 0, .bias = true});
  x = network.activation("features.1", x, ActivationKind::relu);
  int index = 2;
  for (const Layer& layer : layers) {
    const std::string name = "features." + std::to_string(index++);
    x = layer.squeeze == 0 ? network.max_pool(name, x, {.window = 3, .stride = 2, .ceil = true})
                           : fire(network, name, x, layer);
  }
  return x;
}

std::vector<BackboneCut> cuts() {
  return {{"features", 512, "features.12.", {"classifier."}}};
}

}  // namespace

Backbone squeezenet1_0() {
  return {"squeezenet1_0", cuts(), [](NetworkBuilder& network, std::string_view) {
            constexpr Layer kLayers[] = {kPool,     {16, 64},  {16, 64},  {32, 128}, kPool,    {32, 128},
                                         {48, 192}, {48, 192}, {64, 256}, kPool,     {64, 256}};
            return squeezenet(network, 96, 7, kLayers);
          }};
}

Backbone squeezenet1_1() {
  return {"squeezenet1_1", cuts(), [](NetworkBuilder& network, std::string_view) {
            constexpr Layer kLayers[] = {kPool, {16, 64},  {16, 64},  kPool,     {32, 128}, {32, 128},
                                         kPool, {48, 192}, {48, 192}, {64, 256}, {64, 256}};
            return squeezenet(network, 64, 3, kLayers);
          }};
}

}  // namespace bitplace
