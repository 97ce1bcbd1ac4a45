// BiResNet-18 and -34: ResNet-18 and -34 with quantized 3x3 convolutions and real-valued shortcuts, the
// networks that Wang et al. (2024, section 4.4) tried pairs of quantizers on. They publish neither drawing
// nor code: the batch-norms stand in front of the quantizers here (He et al. 2016), as in Bi-Real Net's own
// paper, since a sign behind a ReLU would read +1 everywhere. The first convolution and the shortcuts' 1x1
// convolutions are not quantized.
#include "networks/residual/residual_network.h"

namespace bitplace {
namespace {

class Biresnet {
 public:
  explicit Biresnet(const ResidualChoice& choice) : choice_(choice) {}

  LayerList list(const std::vector<int>& blocks) {
    LayerRef x = list_.convolution("conv1", kImage,
                                   {.filters = 64, .kernel = 7, .stride = 2, .border = Border::symmetric});
    x = list_.relu("relu", list_.batch_norm("bn1", x));
    x = list_.max_pool("maxpool", x, 3, 2, Border::symmetric);
    list_.end_stage("stem", x);
    for (std::size_t layer = 0; layer < blocks.size(); ++layer) {
      const std::string name = "layer" + std::to_string(layer + 1);
      for (int i = 0; i < blocks[layer]; ++i)
        x = block(name + "." + std::to_string(i), x, 64 << layer, layer > 0 && i == 0);
      if (layer + 1 < blocks.size()) list_.end_stage(name, x);
    }
    list_.end_stage("layer4", list_.relu("norm_relu", list_.batch_norm("norm", x)));
    return std::move(list_);
  }

 private:
  LayerRef quantized(const std::string& prefix, const std::string& number, LayerRef x, std::int32_t width,
                     std::int32_t stride) {
    return list_.convolution(prefix + "conv" + number, list_.batch_norm(prefix + "bn" + number, x),
                             {.filters = width,
                              .stride = stride,
                              .border = Border::symmetric,
                              .activation_quantizer = choice_.activation_quantizer,
                              .weight_quantizer = choice_.weight_quantizer});
  }

  LayerRef block(const std::string& name, LayerRef x, std::int32_t width, bool halving) {
    const std::string prefix = name + ".";
    LayerRef y = quantized(prefix, "1", x, width, halving ? 2 : 1);
    y = quantized(prefix, "2", y, width, 1);
    LayerRef shortcut = x;
    if (halving) {
      shortcut = list_.convolution(prefix + "downsample.0", x, {.filters = width, .kernel = 1, .stride = 2});
      shortcut = list_.batch_norm(prefix + "downsample.1", shortcut);
    }
    return list_.add(name + "/add", y, shortcut);
  }

  const ResidualChoice& choice_;
  LayerList list_{kKerasBatchNormEpsilon};
};

LayerList layers18(const ResidualChoice& choice) {
  return Biresnet(choice).list({2, 2, 2, 2});
}

LayerList layers34(const ResidualChoice& choice) {
  return Biresnet(choice).list({3, 4, 6, 3});
}

}  // namespace

std::vector<ResidualNetwork> biresnet_networks() {
  return {{"biresnet18",
           "ResNet-18 with quantized 3x3 convolutions, any quantizers (Wang et al. 2024)",
           {"paper"},
           "ste_sign",
           "ste_sign",
           true,
           layers18,
           nullptr},
          {"biresnet34",
           "ResNet-34 with quantized 3x3 convolutions, any quantizers (Wang et al. 2024)",
           {"paper"},
           "ste_sign",
           "ste_sign",
           true,
           layers34,
           nullptr}};
}

}  // namespace bitplace
