// Written from the papers and torchvision's published names, not from the builders that tests check against
// them.
#include "vprtrain/networks/torchvision_modules.h"

#include <map>
#include <stdexcept>

namespace bitplace::train {
namespace {

namespace nn = torch::nn;
using torch::Tensor;

// A Sequential that can be part of another: torch's own has a template for forward().
struct RowImpl : nn::SequentialImpl {
  using nn::SequentialImpl::SequentialImpl;
  Tensor forward(Tensor x) { return nn::SequentialImpl::forward(x); }
};
TORCH_MODULE(Row);

nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                       std::int64_t padding, bool bias, std::int64_t groups = 1) {
  return nn::Conv2d(
      nn::Conv2dOptions(in, out, kernel).stride(stride).padding(padding).bias(bias).groups(groups));
}

nn::BatchNorm2d batch_norm(std::int64_t channels) {
  return nn::BatchNorm2d(channels);
}

// Networks that are a row of modules named "features".
struct RowNetwork : TorchvisionModule {
  Row row, classifier;
  std::map<std::string, std::size_t> lengths;  // of the row up to each cut

  Tensor features(const Tensor& images, const std::string& cut) override {
    Tensor x = images;
    std::size_t left = lengths.at(cut);
    for (auto module = row->begin(); left > 0; ++module, --left)
      x = module->forward(x);
    return x;
  }
  Tensor logits(const Tensor& map) override { return classifier->forward(map.mean({2, 3})); }

  void finish(std::map<std::string, std::size_t> cuts) {
    lengths = std::move(cuts);
    register_module("features", row);
    if (!classifier->is_empty()) register_module("classifier", classifier);
  }
  // Behind the map's mean.
  void add_classifier(double dropout, std::int64_t in, std::int64_t classes) {
    if (classes == 0) return;
    classifier->push_back(nn::Dropout(dropout));
    classifier->push_back(nn::Linear(in, classes));
  }
};

enum class Act { none, relu6, silu };

Row conv_norm(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
              std::int64_t groups, Act act) {
  Row layers(convolution(in, out, kernel, stride, kernel / 2, false, groups), batch_norm(out));
  if (act == Act::relu6) layers->push_back(nn::ReLU6());
  if (act == Act::silu) layers->push_back(nn::SiLU());
  return layers;
}

struct InvertedResidualImpl : nn::Module {
  Row conv;
  bool residual;

  InvertedResidualImpl(std::int64_t in, std::int64_t out, std::int64_t expand, std::int64_t stride)
      : residual(stride == 1 && in == out) {
    const std::int64_t hidden = in * expand;
    if (expand > 1) conv->push_back(conv_norm(in, hidden, 1, 1, 1, Act::relu6));
    conv->push_back(conv_norm(hidden, hidden, 3, stride, hidden, Act::relu6));
    conv->push_back(convolution(hidden, out, 1, 1, 0, false));
    conv->push_back(batch_norm(out));
    register_module("conv", conv);
  }
  Tensor forward(const Tensor& x) { return residual ? x + conv->forward(x) : conv->forward(x); }
};
TORCH_MODULE(InvertedResidual);

struct MobilenetV2 : RowNetwork {
  explicit MobilenetV2(std::int64_t classes) {
    row->push_back(conv_norm(3, 32, 3, 2, 1, Act::relu6));
    const std::int64_t settings[7][4] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                                         {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
    std::int64_t in = 32;
    for (const auto& [t, c, n, s] : settings) {
      for (std::int64_t i = 0; i < n; ++i) {
        row->push_back(InvertedResidual(in, c, t, i == 0 ? s : 1));
        in = c;
      }
    }
    row->push_back(conv_norm(320, 1280, 1, 1, 1, Act::relu6));
    add_classifier(0.2, 1280, classes);
    finish({{"features", 19}, {"conv4", 18}});
  }
};

struct SqueezeExcitationImpl : nn::Module {
  nn::Conv2d fc1{nullptr}, fc2{nullptr};

  SqueezeExcitationImpl(std::int64_t channels, std::int64_t squeezed) {
    fc1 = register_module("fc1", convolution(channels, squeezed, 1, 1, 0, true));
    fc2 = register_module("fc2", convolution(squeezed, channels, 1, 1, 0, true));
  }
  Tensor forward(const Tensor& x) {
    return x * torch::sigmoid(fc2(torch::silu(fc1(torch::adaptive_avg_pool2d(x, {1, 1})))));
  }
};
TORCH_MODULE(SqueezeExcitation);

struct MobileBlockImpl : nn::Module {
  Row block;
  bool residual;

  MobileBlockImpl(std::int64_t in, std::int64_t out, std::int64_t expand, std::int64_t kernel,
                  std::int64_t stride)
      : residual(stride == 1 && in == out) {
    const std::int64_t hidden = in * expand;
    if (expand > 1) block->push_back(conv_norm(in, hidden, 1, 1, 1, Act::silu));
    block->push_back(conv_norm(hidden, hidden, kernel, stride, hidden, Act::silu));
    block->push_back(SqueezeExcitation(hidden, std::max<std::int64_t>(1, in / 4)));
    block->push_back(conv_norm(hidden, out, 1, 1, 1, Act::none));
    register_module("block", block);
  }
  Tensor forward(const Tensor& x) { return residual ? x + block->forward(x) : block->forward(x); }
};
TORCH_MODULE(MobileBlock);

struct EfficientnetB0 : RowNetwork {
  explicit EfficientnetB0(std::int64_t classes) {
    row->push_back(conv_norm(3, 32, 3, 2, 1, Act::silu));
    const std::int64_t settings[7][6] = {{1, 3, 1, 32, 16, 1},  {6, 3, 2, 16, 24, 2},  {6, 5, 2, 24, 40, 2},
                                         {6, 3, 2, 40, 80, 3},  {6, 5, 1, 80, 112, 3}, {6, 5, 2, 112, 192, 4},
                                         {6, 3, 1, 192, 320, 1}};
    for (const auto& [expand, kernel, stride, in, out, n] : settings) {
      Row stage;
      for (std::int64_t i = 0; i < n; ++i)
        stage->push_back(i == 0 ? MobileBlock(in, out, expand, kernel, stride)
                                : MobileBlock(out, out, expand, kernel, 1));
      row->push_back(stage);
    }
    row->push_back(conv_norm(320, 1280, 1, 1, 1, Act::silu));
    add_classifier(0.2, 1280, classes);
    finish({{"features", 9}, {"blocks", 8}});
  }
};

struct Vgg16 : RowNetwork {
  explicit Vgg16(std::int64_t classes) {
    std::int64_t in = 3;
    for (const std::int64_t out :
         {64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0}) {
      if (out == 0) {
        row->push_back(nn::MaxPool2d(nn::MaxPool2dOptions(2).stride(2)));
        continue;
      }
      row->push_back(convolution(in, out, 3, 1, 1, true));
      row->push_back(nn::ReLU());
      in = out;
    }
    // One layer instead of torchvision's three, whose 120 million weights nobody would look at.
    if (classes > 0) classifier->push_back(nn::Linear(512 * 7 * 7, classes));
    finish({{"features", 31}, {"conv5_3", 29}});
  }
  Tensor logits(const Tensor& map) override {
    return classifier->forward(torch::adaptive_avg_pool2d(map, {7, 7}).flatten(1));
  }
};

struct FireImpl : nn::Module {
  nn::Conv2d squeeze{nullptr}, expand1x1{nullptr}, expand3x3{nullptr};

  FireImpl(std::int64_t in, std::int64_t squeezed, std::int64_t expanded) {
    squeeze = register_module("squeeze", convolution(in, squeezed, 1, 1, 0, true));
    expand1x1 = register_module("expand1x1", convolution(squeezed, expanded, 1, 1, 0, true));
    expand3x3 = register_module("expand3x3", convolution(squeezed, expanded, 3, 1, 1, true));
  }
  Tensor forward(const Tensor& x) {
    const Tensor narrow = torch::relu(squeeze(x));
    return torch::cat({torch::relu(expand1x1(narrow)), torch::relu(expand3x3(narrow))}, 1);
  }
};
TORCH_MODULE(Fire);

struct Squeezenet : RowNetwork {
  // -1 in `squeezed` is a max-pool.
  Squeezenet(std::int64_t filters, std::int64_t kernel, const std::vector<std::int64_t>& squeezed,
             std::int64_t classes) {
    row->push_back(convolution(3, filters, kernel, 2, 0, true));
    row->push_back(nn::ReLU());
    std::int64_t in = filters;
    for (const std::int64_t s : squeezed) {
      if (s < 0) {
        row->push_back(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).ceil_mode(true)));
        continue;
      }
      row->push_back(Fire(in, s, 4 * s));
      in = 8 * s;
    }
    if (classes > 0) {
      classifier->push_back(nn::Dropout());
      classifier->push_back(convolution(512, classes, 1, 1, 0, true));
    }
    finish({{"features", 13}});
  }
  Tensor logits(const Tensor& map) override { return classifier->forward(map).mean({2, 3}); }
};

// Basic blocks have two 3x3 convolutions; bottlenecks 1x1, 3x3 with the stride, 1x1 to four times the width.
struct ResidualBlockImpl : nn::Module {
  nn::Conv2d conv1{nullptr}, conv2{nullptr}, conv3{nullptr};
  nn::BatchNorm2d bn1{nullptr}, bn2{nullptr}, bn3{nullptr};
  Row downsample{nullptr};

  ResidualBlockImpl(std::int64_t in, std::int64_t width, std::int64_t stride, bool bottleneck) {
    const std::int64_t out = bottleneck ? 4 * width : width;
    if (bottleneck) {
      conv1 = register_module("conv1", convolution(in, width, 1, 1, 0, false));
      conv2 = register_module("conv2", convolution(width, width, 3, stride, 1, false));
      conv3 = register_module("conv3", convolution(width, out, 1, 1, 0, false));
      bn3 = register_module("bn3", batch_norm(out));
    } else {
      conv1 = register_module("conv1", convolution(in, width, 3, stride, 1, false));
      conv2 = register_module("conv2", convolution(width, width, 3, 1, 1, false));
    }
    bn1 = register_module("bn1", batch_norm(width));
    bn2 = register_module("bn2", batch_norm(width));
    if (stride != 1 || in != out) {
      downsample =
          register_module("downsample", Row(convolution(in, out, 1, stride, 0, false), batch_norm(out)));
    }
  }
  Tensor forward(const Tensor& x) {
    Tensor y = bn2(conv2(torch::relu(bn1(conv1(x)))));
    if (conv3) y = bn3(conv3(torch::relu(y)));
    return torch::relu(y + (downsample ? downsample->forward(x) : x));
  }
};
TORCH_MODULE(ResidualBlock);

struct Resnet : TorchvisionModule {
  nn::Conv2d conv1{nullptr};
  nn::BatchNorm2d bn1{nullptr};
  std::vector<Row> layers;
  nn::Linear fc{nullptr};

  Resnet(const std::vector<int>& blocks, bool bottleneck, std::int64_t classes) {
    conv1 = register_module("conv1", convolution(3, 64, 7, 2, 3, false));
    bn1 = register_module("bn1", batch_norm(64));
    std::int64_t in = 64, width = 64;
    for (std::size_t layer = 0; layer < blocks.size(); ++layer) {
      Row row;
      for (int block = 0; block < blocks[layer]; ++block) {
        row->push_back(ResidualBlock(in, width, layer > 0 && block == 0 ? 2 : 1, bottleneck));
        in = bottleneck ? 4 * width : width;
      }
      layers.push_back(register_module("layer" + std::to_string(layer + 1), row));
      width *= 2;
    }
    if (classes > 0) fc = register_module("fc", nn::Linear(in, classes));
  }
  Tensor features(const Tensor& images, const std::string& cut) override {
    Tensor x = torch::max_pool2d(torch::relu(bn1(conv1(images))), 3, 2, 1);
    const std::size_t count = cut == "layer3" ? 3 : 4;
    for (std::size_t layer = 0; layer < count; ++layer)
      x = layers[layer]->forward(x);
    return x;
  }
  Tensor logits(const Tensor& map) override { return fc(map.mean({2, 3})); }
};

std::shared_ptr<TorchvisionModule> make(const std::string& name, std::int64_t classes) {
  if (name == "mobilenet_v2") return std::make_shared<MobilenetV2>(classes);
  if (name == "efficientnet_b0") return std::make_shared<EfficientnetB0>(classes);
  if (name == "vgg16") return std::make_shared<Vgg16>(classes);
  if (name == "squeezenet1_0") {
    const std::vector<std::int64_t> squeezed = {-1, 16, 16, 32, -1, 32, 48, 48, 64, -1, 64};
    return std::make_shared<Squeezenet>(96, 7, squeezed, classes);
  }
  if (name == "squeezenet1_1") {
    const std::vector<std::int64_t> squeezed = {-1, 16, 16, -1, 32, 32, -1, 48, 48, 64, 64};
    return std::make_shared<Squeezenet>(64, 3, squeezed, classes);
  }
  const std::vector<int> small = {2, 2, 2, 2}, large = {3, 4, 6, 3};
  if (name == "resnet18") return std::make_shared<Resnet>(small, false, classes);
  if (name == "resnet34") return std::make_shared<Resnet>(large, false, classes);
  if (name == "resnet50") return std::make_shared<Resnet>(large, true, classes);
  return nullptr;
}

}  // namespace

std::shared_ptr<TorchvisionModule> make_torchvision_module(const std::string& name, std::int64_t classes) {
  const std::shared_ptr<TorchvisionModule> network = make(name, classes);
  if (network == nullptr) return nullptr;
  for (const auto& module : network->modules()) {
    if (auto* conv = module->as<nn::Conv2d>()) {
      nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kReLU);
      if (conv->bias.defined()) nn::init::zeros_(conv->bias);
    }
  }
  return network;
}

}  // namespace bitplace::train
