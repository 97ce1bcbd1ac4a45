// FloppyNet (Ferrarini et al. 2022): AlexNet's convolution stage with three layers of 1-bit weights. A layer
// is batch-norm, sign, convolution; the first reads the image as it is.
#include "core/error.h"
#include "vprtrain/networks/families.h"
#include "vprtrain/quantizers/sign.h"

namespace bitplace::train {
namespace {

namespace nn = torch::nn;
namespace F = torch::nn::functional;
using torch::Tensor;

constexpr std::int64_t kSide = 227;
constexpr double kEpsilon = 1e-3;

nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  nn::Conv2d layer(nn::Conv2dOptions(in, out, kernel).bias(false));
  const double bound = std::sqrt(6.0 / static_cast<double>((in + out) * kernel * kernel));  // Glorot's
  nn::init::uniform_(layer->weight, -bound, bound);
  return layer;
}

nn::BatchNorm2d batch_norm(std::int64_t channels) {
  return nn::BatchNorm2d(nn::BatchNorm2dOptions(channels).eps(kEpsilon));
}

class FloppyNet : public TrainableNetwork {
 public:
  explicit FloppyNet(const NetworkChoice& choice) : TrainableNetwork(choice, {kSide, kSide}, kEpsilon) {
    conv1_ = register_module("conv1", convolution(3, 96, 11));
    conv2_bn_ = register_module("conv2_bn", batch_norm(96));
    conv2_ = register_module("conv2", convolution(96, 256, 5));
    conv5_bn_ = register_module("conv5_bn", batch_norm(256));
    conv5_ = register_module("conv5", convolution(256, 256, 3));
  }

  Tensor features(const Tensor& images) override { return stages(images).back().second; }

  std::vector<std::pair<std::string, Tensor>> stages(const Tensor& images) override {
    const Tensor pool1 =
        pooled(F::conv2d(images, sign_ste(conv1_->weight), F::Conv2dFuncOptions().stride(4)));
    const Tensor pool2 = pooled(binary_convolution(conv2_bn_(pool1), conv2_));
    const Tensor pool5 = pooled(binary_convolution(conv5_bn_(pool2), conv5_));
    return {{"pool1", pool1}, {"pool2", pool2}, {"pool5", pool5}};
  }

  void clip_weights() override {
    const torch::NoGradGuard no_gradients;
    for (nn::Conv2d* layer : {&conv1_, &conv2_, &conv5_})
      (*layer)->weight.clamp_(-1.0, 1.0);
  }

 private:
  static Tensor pooled(const Tensor& map) { return F::max_pool2d(map, F::MaxPool2dFuncOptions(2)); }

  // Keeps the size; the padding is +1, a sign like the others.
  static Tensor binary_convolution(const Tensor& normalized, nn::Conv2d& layer) {
    const std::int64_t margin = layer->weight.size(2) / 2;
    const Tensor padded =
        F::pad(sign_ste(normalized), F::PadFuncOptions({margin, margin, margin, margin}).value(1.0));
    return F::conv2d(padded, sign_ste(layer->weight));
  }

  nn::Conv2d conv1_{nullptr}, conv2_{nullptr}, conv5_{nullptr};
  nn::BatchNorm2d conv2_bn_{nullptr}, conv5_bn_{nullptr};
};

Result<NetworkPointer> make_floppynet(const NetworkChoice& choice) {
  if (choice.classes > 0)
    return make_error(ErrorCode::unsupported, "--classes", "floppynet has no classifier here");
  return NetworkPointer(std::make_shared<FloppyNet>(choice));
}

}  // namespace

std::vector<NetworkEntry> floppynet_family() {
  return {{"floppynet",
           "three layers of 1-bit weights and activations, 227x227 (Ferrarini et al. 2022)",
           {"paper"},
           {"adam", 5e-4, 0.0, "constant", 24, 150},
           make_floppynet}};
}

}  // namespace bitplace::train
