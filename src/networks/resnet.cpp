// ResNet-18, -34 and -50 (He et al. 2015); the 50's bottlenecks have their stride in the 3x3 convolution, as
// torchvision's have.
#include <array>

#include "networks/backbone.h"

namespace bitplace {
namespace {

using BlockCounts = std::array<int, 4>;  // of layer1 ... layer4

class Resnet {
 public:
  Resnet(NetworkBuilder& network, bool bottlenecks) : network_(network), bottlenecks_(bottlenecks) {}

  ValueId build(const BlockCounts& blocks, std::string_view cut) {
    ValueId x = normalized("", 1, network_.input(), {.filters = 64, .kernel = 7, .stride = 2, .padding = 3});
    x = network_.activation("relu", x, ActivationKind::relu);
    x = network_.max_pool("maxpool", x, {.window = 3, .stride = 2, .padding = 1});
    const std::size_t layers = cut == "layer3" ? 3 : 4;
    for (std::size_t layer = 0; layer < layers; ++layer) {
      const std::int32_t width = 64 << layer;
      for (int i = 0; i < blocks[layer]; ++i) {
        const std::int32_t stride = layer > 0 && i == 0 ? 2 : 1;
        x = block("layer" + std::to_string(layer + 1) + "." + std::to_string(i), x, width, stride);
      }
    }
    return x;
  }

 private:
  // PREFIXconvN and PREFIXbnN.
  ValueId normalized(const std::string& prefix, int number, ValueId input, const ConvolutionShape& shape) {
    const std::string n = std::to_string(number);
    return network_.batch_norm(prefix + "bn" + n, network_.convolution(prefix + "conv" + n, input, shape));
  }

  ValueId activated(const std::string& prefix, int number, ValueId input, const ConvolutionShape& shape) {
    return network_.activation(prefix + "relu" + std::to_string(number),
                               normalized(prefix, number, input, shape), ActivationKind::relu);
  }

  ValueId block(const std::string& name, ValueId input, std::int32_t width, std::int32_t stride) {
    const std::string prefix = name + ".";
    const std::int32_t outputs = bottlenecks_ ? 4 * width : width;
    ValueId x = input;
    if (bottlenecks_) {
      x = activated(prefix, 1, x, {.filters = width});
      x = activated(prefix, 2, x, {.filters = width, .kernel = 3, .stride = stride, .padding = 1});
      x = normalized(prefix, 3, x, {.filters = outputs});
    } else {
      x = activated(prefix, 1, x, {.filters = width, .kernel = 3, .stride = stride, .padding = 1});
      x = normalized(prefix, 2, x, {.filters = width, .kernel = 3, .padding = 1});
    }
    ValueId shortcut = input;
    if (stride != 1 || network_.shape(input)[3] != outputs) {
      shortcut = network_.convolution(prefix + "downsample.0", input, {.filters = outputs, .stride = stride});
      shortcut = network_.batch_norm(prefix + "downsample.1", shortcut);
    }
    return network_.activation(name + "/relu", network_.add(name + "/add", x, shortcut),
                               ActivationKind::relu);
  }

  NetworkBuilder& network_;
  bool bottlenecks_;
};

std::vector<BackboneCut> cuts(std::int32_t channels) {
  return {{"layer4", channels, "layer4.", {"fc."}}, {"layer3", channels / 2, "layer3.", {"layer4.", "fc."}}};
}

}  // namespace

Backbone resnet18() {
  return {"resnet18", cuts(512), [](NetworkBuilder& network, std::string_view cut) {
            return Resnet(network, false).build({2, 2, 2, 2}, cut);
          }};
}

Backbone resnet34() {
  return {"resnet34", cuts(512), [](NetworkBuilder& network, std::string_view cut) {
            return Resnet(network, false).build({3, 4, 6, 3}, cut);
          }};
}

Backbone resnet50() {
  return {"resnet50", cuts(2048), [](NetworkBuilder& network, std::string_view cut) {
            return Resnet(network, true).build({3, 4, 6, 3}, cut);
          }};
}

}  // namespace bitplace
