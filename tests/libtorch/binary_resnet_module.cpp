#include "libtorch/binary_resnet_module.h"

#include <torch/torch.h>

#include <stdexcept>

#include "vprtrain/network.h"

namespace bitplace::test {
namespace {

namespace nn = torch::nn;
using torch::Tensor;

// With a momentum of 1 one pass in training mode makes the running statistics those of the batch.
void randomize(nn::Module& network) {
  for (const auto& module : network.modules()) {
    if (auto* norm = module->as<nn::BatchNorm2d>()) {
      norm->options.momentum(1.0);
      norm->weight.uniform_(0.5, 1.5);
      norm->bias.normal_(0.0, 0.3);
    }
  }
}

Tensor batch_of(const std::vector<TorchPicture>& pictures, const train::NetworkInput& input) {
  std::vector<Tensor> batch;
  for (const TorchPicture& picture : pictures)
    batch.push_back(torch::tensor(at::ArrayRef<std::uint8_t>(picture.bytes))
                        .view({picture.height, picture.width, 3})
                        .permute({2, 0, 1}));
  const auto channels = [](const std::array<float, 3>& values) {
    return torch::tensor({values[0], values[1], values[2]}).to(torch::kFloat64).view({3, 1, 1});
  };
  return (torch::stack(batch).to(torch::kFloat64) / 255.0 - channels(input.mean)) / channels(input.deviation);
}

std::vector<float> values(const Tensor& tensor) {
  const Tensor plain = tensor.to(torch::kFloat32).contiguous();
  return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

std::vector<float> flat_map(const Tensor& map) {
  return values(map.permute({1, 2, 0}));
}

}  // namespace

TorchNetwork save_random_network(const TorchChoice& choice, std::uint64_t seed,
                                 const std::vector<TorchPicture>& pictures, const std::string& path) {
  const torch::NoGradGuard no_gradients;
  torch::manual_seed(seed);
  train::NetworkChoice asked;
  asked.name = choice.network;
  asked.variant = choice.variant;
  asked.head = choice.head;
  asked.activation_quantizer = choice.activation_quantizer;
  asked.weight_quantizer = choice.weight_quantizer;
  asked.height = pictures[0].height;
  asked.width = pictures[0].width;
  const Result<train::NetworkPointer> made = train::make_network(asked);
  if (!made.ok()) throw std::invalid_argument(made.error().message());
  train::TrainableNetwork& network = **made;
  randomize(network);
  const Tensor batch = batch_of(pictures, network.input());
  network.train();
  network.features(batch.to(torch::kFloat32));
  network.eval();
  torch::serialize::OutputArchive archive;
  network.save(archive);
  archive.save_to(path);

  TorchNetwork result;
  for (const Tensor& parameter : network.parameters())
    result.parameters += parameter.numel();
  for (const auto& buffer : network.named_buffers()) {
    if (!buffer.key().ends_with("num_batches_tracked")) result.parameters += buffer.value().numel();
  }
  network.to(torch::kFloat64);
  const auto stages = network.stages(batch);
  const Tensor descriptors = network.descriptor(stages.back().second);
  for (std::int64_t i = 0; i < batch.size(0); ++i) {
    TorchResult picture;
    for (const auto& [name, map] : stages)
      picture.stages[name] = flat_map(map[i]);
    picture.features = flat_map(stages.back().second[i]);
    picture.descriptor = values(descriptors[i]);
    result.results.push_back(std::move(picture));
  }
  return result;
}

}  // namespace bitplace::test
