#include "libtorch/alexnet_module.h"

#include <torch/torch.h>

#include <stdexcept>

#include "vprtrain/loop/model_file.h"
#include "vprtrain/network.h"
#include "vprtrain/networks/layer_sequence.h"

namespace bitplace::test {
namespace {

using torch::Tensor;

// Initial weights are small. Weights and activations of few levels shall have all of them.
void widen_weights(train::TrainableNetwork& network) {
  const std::string& name = network.choice().name;
  for (const auto& item : network.named_parameters()) {
    if (item.value().dim() != 4) continue;
    if (name.starts_with("floppynet")) item.value().mul_(40.0);
    if (name == "dorefanet" && item.key() == "conv1.weight") item.value().mul_(4.0);
  }
}

// With a momentum of 1 one pass in training mode makes the running statistics those of the batch.
void randomize(train::TrainableNetwork& network) {
  for (const auto& module : network.modules()) {
    auto* norm = module->as<train::BatchNorm>();
    if (norm == nullptr) continue;
    norm->momentum = 1.0;
    if (norm->weight.defined()) norm->weight.normal_();
    norm->bias.normal_(0.0, 0.5);
  }
  widen_weights(network);
}

Tensor batch_of(const std::vector<TorchPicture>& pictures) {
  std::vector<Tensor> batch;
  for (const TorchPicture& picture : pictures) {
    const Tensor bytes = torch::tensor(at::ArrayRef<std::uint8_t>(picture.bytes));
    batch.push_back(bytes.view({picture.height, picture.width, 3}).permute({2, 0, 1}));
  }
  return torch::stack(batch).to(torch::kFloat64) / 255.0;
}

std::vector<float> values(const Tensor& tensor) {
  const Tensor plain = tensor.to(torch::kFloat32).contiguous();
  return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

}  // namespace

std::vector<TorchResult> save_random_relative(const AlexnetRelative& relative, std::uint64_t seed,
                                              const std::vector<TorchPicture>& pictures,
                                              const std::string& path) {
  const torch::NoGradGuard no_gradients;
  torch::manual_seed(seed);
  train::NetworkChoice choice;
  choice.name = relative.network;
  choice.variant = relative.variant;
  choice.height = pictures[0].height;
  choice.width = pictures[0].width;
  const Result<train::NetworkPointer> made = train::make_network(choice);
  if (!made.ok()) throw std::invalid_argument(made.error().message());
  train::TrainableNetwork& network = **made;
  randomize(network);
  const Tensor batch = batch_of(pictures);
  network.train();
  network.features(batch.to(torch::kFloat32));
  network.eval();
  if (const Status saved = train::write_model(path, network, {}); !saved.ok())
    throw std::runtime_error(saved.error().message());

  network.to(torch::kFloat64);
  const auto stages = network.stages(batch);
  const Tensor features = network.features(batch), descriptors = network.descriptor(features);
  std::vector<TorchResult> results(pictures.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto picture = static_cast<std::int64_t>(i);
    for (const auto& [name, map] : stages)
      results[i].stages[name] = values(map[picture].permute({1, 2, 0}));
    results[i].features = values(features[picture].permute({1, 2, 0}));
    results[i].descriptor = values(descriptors[picture]);
  }
  return results;
}

}  // namespace bitplace::test
