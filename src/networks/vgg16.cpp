// VGG-16 (Simonyan and Zisserman 2014) without batch-norm.
#include "networks/backbone.h"

namespace bitplace {
namespace {

struct Stage {
  std::int32_t channels;
  int convolutions;
};
constexpr Stage kStages[] = {{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}};

// torchvision numbers convolutions, ReLUs and pools in one row. CosPlace and NetVLAD end with the last
// convolution (conv5_3), in front of its ReLU.
ValueId build(NetworkBuilder& network, std::string_view cut) {
  ValueId x = network.input();
  int index = 0;
  const auto name = [&] { return "features." + std::to_string(index++); };
  for (const Stage& stage : kStages) {
    for (int i = 0; i < stage.convolutions; ++i) {
      x = network.convolution(name(), x,
                              {.filters = stage.channels, .kernel = 3, .padding = 1, .bias = true});
      if (cut == "conv5_3" && index == 29) return x;
      x = network.activation(name(), x, ActivationKind::relu);
    }
    x = network.max_pool(name(), x, {.window = 2, .stride = 2});
  }
  return x;
}

}  // namespace

Backbone vgg16() {
  return {
      "vgg16",
      {{"conv5_3", 512, "features.28.", {"classifier."}}, {"features", 512, "features.28.", {"classifier."}}},
      build};
}

}  // namespace bitplace
