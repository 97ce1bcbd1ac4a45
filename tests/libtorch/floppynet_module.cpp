#include "libtorch/floppynet_module.h"

#include <torch/torch.h>

namespace bitplace::test {
namespace {

namespace F = torch::nn::functional;

torch::Tensor binarize(const torch::Tensor& x) {
  return torch::where(x >= 0, torch::ones_like(x), -torch::ones_like(x));
}

struct FloppynetImpl : torch::nn::Module {
  torch::nn::Conv2d conv1{nullptr}, conv2{nullptr}, conv5{nullptr};
  torch::nn::BatchNorm2d conv2_bn{nullptr}, conv5_bn{nullptr};

  FloppynetImpl() {
    const auto convolution = [](std::int64_t in, std::int64_t out, std::int64_t kernel) {
      return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, kernel).bias(false));
    };
    // With a momentum of 1 one pass in training mode makes the running statistics those of the batch.
    const auto batch_norm = [](std::int64_t channels) {
      return torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(channels).momentum(1.0));
    };
    conv1 = register_module("conv1", convolution(3, 96, 11));
    conv2_bn = register_module("conv2_bn", batch_norm(96));
    conv2 = register_module("conv2", convolution(96, 256, 5));
    conv5_bn = register_module("conv5_bn", batch_norm(256));
    conv5 = register_module("conv5", convolution(256, 256, 3));
  }

  // Pixels / 255, NCHW.
  torch::Tensor forward(torch::Tensor x) {
    x = F::max_pool2d(F::conv2d(x, binarize(conv1->weight), F::Conv2dFuncOptions().stride(4)),
                      F::MaxPool2dFuncOptions(2));
    x = block(conv2_bn(x), conv2->weight, 2);
    return block(conv5_bn(x), conv5->weight, 1);
  }

  static torch::Tensor block(const torch::Tensor& normalized, const torch::Tensor& weight,
                             std::int64_t margin) {
    const torch::Tensor padded =
        F::pad(binarize(normalized), F::PadFuncOptions({margin, margin, margin, margin}).value(1.0));
    return F::max_pool2d(F::conv2d(padded, binarize(weight)), F::MaxPool2dFuncOptions(2));
  }
};
TORCH_MODULE(Floppynet);

// Factors of both signs, some of them zero.
void randomize(torch::nn::BatchNorm2d& norm) {
  norm->weight.normal_();
  norm->weight[3] = 0.0f;
  norm->weight[4] = 0.0f;
  norm->bias.normal_(0.0, 0.5);
  norm->bias[4] = -0.25f;
}

std::vector<float> values(const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.to(torch::kFloat32).contiguous();
  return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

torch::Tensor batch_of(const std::vector<std::vector<std::uint8_t>>& images) {
  std::vector<torch::Tensor> batch;
  for (const auto& image : images)
    batch.push_back(
        torch::tensor(at::ArrayRef<std::uint8_t>(image)).view({kSide, kSide, 3}).permute({2, 0, 1}));
  return torch::stack(batch).to(torch::kFloat64) / 255.0;
}

}  // namespace

TorchFloppynet save_random_floppynet(std::uint64_t seed, const std::vector<std::vector<std::uint8_t>>& images,
                                     const std::string& path) {
  const torch::NoGradGuard no_gradients;
  torch::manual_seed(seed);
  const torch::Tensor batch = batch_of(images);
  Floppynet network;
  randomize(network->conv2_bn);
  randomize(network->conv5_bn);
  network->train();
  network->forward(batch.to(torch::kFloat32));
  network->eval();
  torch::save(network, path);

  TorchFloppynet result;
  for (const auto& item : network->named_parameters())
    result.tensors[item.key()] = values(item.value());
  for (const auto& item : network->named_buffers())
    result.tensors[item.key()] = values(item.value());
  network->to(torch::kFloat64);
  const torch::Tensor output = network->forward(batch).permute({0, 2, 3, 1});
  for (std::int64_t i = 0; i < output.size(0); ++i)
    result.pool5.push_back(values(output[i]));
  return result;
}

}  // namespace bitplace::test
