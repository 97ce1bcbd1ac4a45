// AlexNet's relatives that have real-valued layers or layers of more than one bit: the AlexNet that FloppyNet
// is compared with, FloppyNet of 2, 4 and 8 bits (Ferrarini et al. 2022), XNOR-Net (Rastegari et al. 2016)
// and DoReFa-Net (Zhou et al. 2016) as Wang et al. (2024) have them.
//
// The map is the last max-pool's in front of the fully connected layers, and of XNOR-Net's, which are written
// as convolutions: pool4. Variant "paper" of XNOR-Net scales filters by their mean magnitude, and of
// DoReFa-Net has weights of one bit and one factor for the layer; the published code, "code", has no factors
// and weights of two bits.
#include "networks/residual/residual_network.h"

namespace bitplace {
namespace {

constexpr double kKerasMomentum = 0.01;  // the usual one
constexpr std::int32_t kWideSide = 227;

struct Pool {
  std::int32_t window;
  Border border;
};
constexpr Pool kHalving = {2, Border::none};  // drops the remainder
constexpr Pool kOverlapping = {3, Border::same};

// Layers one after the other, each a stage of its own.
class Chain {
 public:
  explicit Chain(double epsilon) : list_(epsilon) {}

  Chain& norm(const std::string& name, double momentum = 0.1, bool factors = true) {
    last_ = list_.batch_norm(name, last_, momentum, factors);
    return *this;
  }
  Chain& convolution(const std::string& name, const ConvolutionLayer& layer) {
    last_ = list_.convolution(name, last_, layer);
    return *this;
  }
  Chain& relu(const std::string& name) {
    last_ = list_.relu(name, last_);
    return *this;
  }
  Chain& pool(const std::string& name, const Pool& pool) {
    last_ = list_.max_pool(name, last_, pool.window, 2, pool.border);
    return end(name);
  }
  Chain& end(const std::string& stage) {
    list_.end_stage(stage, last_);
    return *this;
  }
  LayerList list() { return std::move(list_); }

 private:
  LayerList list_;
  LayerRef last_ = kImage;
};

ConvolutionLayer first_layer(Border border, const std::string& weights) {
  return {.filters = 96, .kernel = 11, .stride = 4, .border = border, .weight_quantizer = weights};
}

LayerList floppynet(const ResidualChoice& choice) {
  Chain chain(kKerasBatchNormEpsilon);
  const auto add = [&](const std::string& number, std::int32_t kernel) {
    chain.norm("conv" + number + "_bn")
        .convolution("conv" + number, {.filters = 256,
                                       .kernel = kernel,
                                       .border = Border::same_ones,
                                       .activation_quantizer = choice.activation_quantizer,
                                       .weight_quantizer = choice.weight_quantizer})
        .end("conv" + number)
        .pool("pool" + number, kHalving);
  };
  chain.convolution("conv1", first_layer(Border::none, choice.weight_quantizer)).end("conv1");
  chain.pool("pool1", kHalving);
  add("2", 5);
  add("5", 3);
  return chain.list();
}

LayerList alexnet(const ResidualChoice&) {
  Chain chain(kKerasBatchNormEpsilon);
  const auto add = [&](const std::string& number, ConvolutionLayer layer) {
    layer.bias = true;
    const std::string name = "conv" + number;
    chain.convolution(name, layer).norm(name + "_bn", kKerasMomentum).relu(name + "_relu").end(name);
  };
  add("1", first_layer(Border::none, ""));
  chain.pool("pool1", kHalving);
  add("2", {.filters = 256, .kernel = 5});
  chain.pool("pool2", kHalving);
  add("3", {.filters = 384});
  add("4", {.filters = 384});
  add("5", {.filters = 256});
  chain.pool("pool5", kHalving);
  return chain.list();
}

LayerList xnornet(const ResidualChoice& choice) {
  Chain chain(1e-5);
  const auto add = [&](const std::string& number, std::int32_t filters, std::int32_t kernel) {
    chain.norm("conv" + number + "_bn", 0.1, false)
        .convolution("conv" + number, {.filters = filters,
                                       .kernel = kernel,
                                       .activation_quantizer = choice.activation_quantizer,
                                       .weight_quantizer = choice.weight_quantizer})
        .end("conv" + number);
  };
  chain.convolution("conv1", first_layer(Border::same, ""))
      .norm("conv1_bn", 0.1, false)
      .relu("conv1_relu")
      .end("conv1")
      .pool("pool1", kOverlapping);
  add("2", 256, 5);
  chain.pool("pool2", kOverlapping);
  add("3", 384, 3);
  add("4", 256, 3);
  chain.pool("pool4", kOverlapping);
  return chain.list();
}

LayerList dorefanet(const ResidualChoice& choice) {
  Chain chain(1e-4);
  const auto add = [&](const std::string& number, std::int32_t filters, std::int32_t kernel) {
    chain
        .convolution("conv" + number, {.filters = filters,
                                       .kernel = kernel,
                                       .activation_quantizer = choice.activation_quantizer,
                                       .weight_quantizer = choice.weight_quantizer})
        .norm("conv" + number + "_bn")
        .end("conv" + number);
  };
  chain.convolution("conv1", {.filters = 96, .kernel = 12, .stride = 4, .border = Border::none}).end("conv1");
  add("2", 256, 5);
  chain.pool("pool2", kOverlapping);
  add("3", 384, 3);
  chain.pool("pool3", kOverlapping);
  add("4", 384, 3);
  add("5", 256, 3);
  chain.pool("pool5", kOverlapping);
  return chain.list();
}

}  // namespace

std::vector<ResidualNetwork> alexnet_networks() {
  const std::vector<const char*> dense = {"pool5_bn.", "fc6.", "fc6_bn.", "fc7.",
                                          "fc7_bn.",   "fc8.", "fc8_bn."};
  const std::vector<const char*> convolutional = {"conv5.",    "conv5_bn.", "conv6.",
                                                  "conv6_bn.", "fc7.",      "fc7_bn."};
  const auto floppy = [&](const char* name, const char* summary, const char* quantizer) {
    return ResidualNetwork{name,      summary, {"paper"}, quantizer, quantizer, false,
                           floppynet, nullptr, nullptr,   kWideSide, "flatten", dense};
  };
  return {floppy("floppynet2", "FloppyNet with weights and activations of 2 bits", "level_sign_2"),
          floppy("floppynet4", "FloppyNet with weights and activations of 4 bits", "level_sign_4"),
          floppy("floppynet8", "FloppyNet with weights and activations of 8 bits", "level_sign_8"),
          {"alexnet",
           "the real-valued AlexNet that FloppyNet is compared with",
           {"paper"},
           "none",
           "none",
           false,
           alexnet,
           nullptr,
           nullptr,
           kWideSide,
           "flatten",
           dense},
          {"xnornet",
           "AlexNet with a real first layer and 1-bit others",
           {"paper", "code"},
           "ste_sign",
           "magnitude_aware_sign",
           false,
           xnornet,
           nullptr,
           "ste_sign",
           224,
           "flatten",
           convolutional},
          {"dorefanet",
           "AlexNet with weights of 1 or 2 bits and activations of 2",
           {"paper", "code"},
           "dorefa_2",
           "layer_scaled_sign",
           false,
           dorefanet,
           nullptr,
           "dorefa_2",
           kWideSide,
           "flatten",
           dense}};
}

}  // namespace bitplace
