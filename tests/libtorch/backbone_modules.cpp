#include "libtorch/backbone_modules.h"

#include <torch/torch.h>

#include "networks/backbone.h"
#include "vprtrain/networks/torchvision_modules.h"

namespace bitplace::test {
namespace {

namespace nn = torch::nn;
using torch::Tensor;

std::vector<std::string> cuts_of(const std::string& network) {
  std::vector<std::string> cuts;
  for (const BackboneCut& cut : find_backbone(network)->cuts)
    cuts.emplace_back(cut.name);
  return cuts;
}

// Weights that keep sums the size of what they are made of, so that what an image shows reaches the end. With
// a momentum of 1 one pass in training mode makes the running statistics those of the batch.
void randomize(nn::Module& network) {
  for (const auto& module : network.modules()) {
    if (auto* norm = module->as<nn::BatchNorm2d>()) {
      norm->options.momentum(1.0);
      norm->weight.uniform_(0.5, 1.5);
      norm->bias.normal_(0.0, 0.3);
    } else if (auto* conv = module->as<nn::Conv2d>()) {
      nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanIn, torch::kReLU);
      if (conv->bias.defined()) conv->bias.normal_(0.0, 0.2);
    }
  }
}

Tensor batch_of(const std::vector<TorchImage>& images) {
  std::vector<Tensor> batch;
  for (const TorchImage& image : images)
    batch.push_back(torch::tensor(at::ArrayRef<std::uint8_t>(image.bytes))
                        .view({image.height, image.width, 3})
                        .permute({2, 0, 1}));
  const Tensor mean = torch::tensor({0.485, 0.456, 0.406}, torch::kFloat64).view({3, 1, 1});
  const Tensor deviation = torch::tensor({0.229, 0.224, 0.225}, torch::kFloat64).view({3, 1, 1});
  return (torch::stack(batch).to(torch::kFloat64) / 255.0 - mean) / deviation;
}

TorchMaps maps_of(const Tensor& output) {
  TorchMaps maps;
  const Tensor ordered = output.permute({0, 2, 3, 1}).to(torch::kFloat32).contiguous();
  for (std::int64_t i = 0; i < ordered.size(0); ++i) {
    const auto* first = ordered[i].data_ptr<float>();
    maps.emplace_back(first, first + ordered[i].numel());
  }
  return maps;
}

}  // namespace

std::vector<TorchCut> save_random_backbone(const std::string& name, std::uint64_t seed,
                                           const std::vector<TorchImage>& images, const std::string& path) {
  const torch::NoGradGuard no_gradients;
  torch::manual_seed(seed);
  const auto network = train::make_torchvision_module(name, 10);
  const std::vector<std::string> cuts = cuts_of(name);
  randomize(*network);
  const Tensor batch = batch_of(images);
  network->train();
  network->features(batch.to(torch::kFloat32), cuts[0]);
  network->eval();
  torch::serialize::OutputArchive archive;
  network->save(archive);
  archive.save_to(path);
  network->to(torch::kFloat64);
  std::vector<TorchCut> results;
  for (const std::string& cut : cuts) {
    const Tensor inputs = cut == cuts[0] ? batch : batch.slice(0, 0, 1);
    results.push_back({cut, maps_of(network->features(inputs, cut))});
  }
  return results;
}

}  // namespace bitplace::test
