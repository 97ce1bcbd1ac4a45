#include "libtorch/head_modules.h"

#include <torch/torch.h>

#include <functional>
#include <map>
#include <memory>

#include "vprtrain/networks/heads.h"

namespace bitplace::test {
namespace {

namespace F = torch::nn::functional;
using torch::Tensor;
using train::unit;

Tensor mean_power(const Tensor& x, const Tensor& p) {
  const Tensor powers = x.clamp_min(1e-6).pow(p);
  return F::avg_pool2d(powers, F::AvgPool2dFuncOptions({x.size(2), x.size(3)})).pow(1.0 / p);
}

// A head, with its parameters under the names of the program that it is from.
struct Head : torch::nn::Module {
  virtual Tensor forward(const Tensor& map) = 0;

  // A module whose only content is named here, for names of several parts.
  static std::shared_ptr<torch::nn::Module> folder() { return std::make_shared<torch::nn::Module>("Folder"); }
  // NAME.weight and NAME.bias of a linear layer inside `place`.
  static torch::nn::Linear add_linear(torch::nn::Module& place, const std::string& name, std::int64_t inputs,
                                      std::int64_t outputs) {
    return place.register_module(name, torch::nn::Linear(inputs, outputs));
  }
  static Tensor add_exponent(torch::nn::Module& place, const std::string& name = "p") {
    return place.register_parameter(name, torch::ones(1) * 3.0 + torch::rand(1) * 1.5);
  }
};

// A head that training has, with gsv-cities' names.
struct TrainedHead : Head {
  std::shared_ptr<train::Head> aggregator;

  explicit TrainedHead(std::shared_ptr<train::Head> head)
      : aggregator(register_module("aggregator", std::move(head))) {
    for (auto& parameter : aggregator->named_parameters()) {
      if (parameter.key().ends_with("p")) parameter.value().add_(1.5 * torch::rand(1));
    }
    for (const auto& module : aggregator->modules()) {
      if (auto* norm = module->as<torch::nn::LayerNorm>()) {
        norm->weight.uniform_(0.5, 1.5);
        norm->bias.uniform_(-0.3, 0.3);
      }
    }
  }
  Tensor forward(const Tensor& map) override { return aggregator->forward(map); }
};

// CosPlace's and EigenPlaces' own: L2Norm 0, GeM 1, Flatten 2, Linear 3, L2Norm 4.
struct CosplaceHead : Head {
  std::shared_ptr<torch::nn::Module> aggregation = register_module("aggregation", folder());
  std::shared_ptr<torch::nn::Module> gem = aggregation->register_module("1", folder());
  Tensor p = add_exponent(*gem);
  torch::nn::Linear fc = add_linear(*aggregation, "3", kMapChannels, 16);

  Tensor forward(const Tensor& map) override { return fc(mean_power(unit(map, 1), p).flatten(1)); }
};

enum class Norm { before, after, none };

// deep-visual-geo-localization-benchmark: a pooling with its norm, then a linear layer.
struct BenchmarkHead : Head {
  using Pool = std::function<Tensor(const Tensor&)>;

  Norm norm;
  Tensor p;
  std::shared_ptr<torch::nn::Module> aggregation = register_module("aggregation", folder());
  torch::nn::Linear fc = add_linear(*aggregation, "1", kMapChannels, 16);
  Pool pool;

  BenchmarkHead(Norm place, Pool other) : norm(place), pool(std::move(other)) {
    if (pool) return;
    const auto inner = aggregation->register_module("0", folder());
    p = add_exponent(*inner->register_module(norm == Norm::before ? "1" : "0", folder()));
    pool = [this](const Tensor& map) { return mean_power(map, p); };
  }
  Tensor forward(const Tensor& map) override {
    const Tensor pooled = pool(norm == Norm::before ? unit(map, 1) : map).flatten(1);
    return fc(norm == Norm::after ? unit(pooled, 1) : pooled);
  }
};

// pytorch-NetVlad's layer, residual by residual.
struct NetvladHead : Head {
  static constexpr std::int64_t kClusters = 7;

  std::shared_ptr<torch::nn::Module> layer, outer;
  torch::nn::Conv2d conv{nullptr};
  Tensor centroids;
  torch::nn::Linear fc{nullptr};

  // In `place`, or, with a linear layer behind it, in place.0.
  NetvladHead(const std::string& place, bool bias, bool projected) {
    layer = outer = register_module(place, folder());
    if (projected) layer = outer->register_module("0", folder());
    conv = layer->register_module(
        "conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(kMapChannels, kClusters, 1).bias(bias)));
    conv->weight.mul_(8.0);
    centroids = layer->register_parameter("centroids", torch::rand({kClusters, kMapChannels}) - 0.5);
    if (projected) fc = add_linear(*outer, "1", kClusters * kMapChannels, 16);
  }
  Tensor forward(const Tensor& map) override {
    const Tensor x = unit(map, 1).flatten(2);                                // [1, D, n]
    const Tensor shares = torch::softmax(conv(unit(map, 1)).flatten(2), 1);  // [1, K, n]
    std::vector<Tensor> sums;
    for (std::int64_t k = 0; k < kClusters; ++k) {
      const Tensor residual = x - centroids[k].view({1, kMapChannels, 1});
      sums.push_back((residual * shares.slice(1, k, k + 1)).sum(2));
    }
    const Tensor vlad = unit(torch::stack(sums, 1), 2).flatten(1);
    return fc ? fc(unit(vlad, 1)) : vlad;
  }
};

// hloc's: Conv1d scores, centres [D, K], dimensions outermost, whitening.
struct HlocHead : Head {
  static constexpr std::int64_t kClusters = 6;

  std::shared_ptr<torch::nn::Module> layer = register_module("netvlad", folder());
  torch::nn::Conv1d scores = layer->register_module(
      "score_proj", torch::nn::Conv1d(torch::nn::Conv1dOptions(kMapChannels, kClusters, 1).bias(false)));
  Tensor centers = layer->register_parameter("centers", torch::rand({kMapChannels, kClusters}) - 0.5);
  torch::nn::Linear whiten = register_module("whiten", torch::nn::Linear(kClusters* kMapChannels, 32));

  HlocHead() { scores->weight.mul_(8.0); }
  Tensor forward(const Tensor& map) override {
    const Tensor x = unit(map.flatten(2), 1);
    const Tensor shares = torch::softmax(scores(x), 1);
    const Tensor difference = x.unsqueeze(2) - centers.unsqueeze(0).unsqueeze(-1);
    const Tensor vlad = unit((shares.unsqueeze(1) * difference).sum(-1), 1).flatten(1);
    return whiten(unit(vlad, 1));
  }
};

// Mean pooling with principal components as scikit-learn applies them to normalised descriptors.
struct ComponentsHead : Head {
  std::shared_ptr<torch::nn::Module> pca = register_module("pca", folder());
  Tensor mean = pca->register_parameter("mean", torch::rand(kMapChannels) * 0.1);
  Tensor components = pca->register_parameter("components", torch::rand({9, kMapChannels}) - 0.5);
  Tensor variance;

  explicit ComponentsHead(bool whiten) {
    if (whiten) variance = pca->register_parameter("explained_variance", torch::rand(9) + 0.1);
  }
  Tensor forward(const Tensor& map) override {
    const Tensor along = torch::matmul(unit(map.mean({2, 3}), 1) - mean, components.t());
    return variance.defined() ? along / variance.sqrt() : along;
  }
};

// A linear layer of maxima, or whitening of them, or a projection of the whole map.
struct TrailingHead : Head {
  bool whiten, whole;
  torch::nn::Linear layer{nullptr};

  TrailingHead(bool whitened, bool map, std::int64_t pixels) : whiten(whitened), whole(map) {
    layer =
        add_linear(*this, whiten ? "whiten" : "projection", whole ? pixels * kMapChannels : kMapChannels, 12);
  }
  Tensor forward(const Tensor& map) override {
    const Tensor features = whole ? map.flatten(1) : map.amax({2, 3});
    return layer(whiten ? unit(features, 1) : features);
  }
};

using Maker = std::function<std::shared_ptr<Head>(std::int64_t pixels)>;

const std::map<std::string, Maker>& makers() {
  const auto maximum = [](const Tensor& map) { return map.amax({2, 3}); };
  const auto mean = [](const Tensor& map) { return map.mean({2, 3}); };
  const auto trained = [](std::shared_ptr<train::Head> head) {
    return std::make_shared<TrainedHead>(std::move(head));
  };
  static const std::map<std::string, Maker> kMakers = {
      {"spoc", [=](std::int64_t) { return trained(train::mean_head()); }},
      {"mac", [=](std::int64_t) { return trained(train::maximum_head()); }},
      {"gem", [=](std::int64_t) { return trained(train::gem_head()); }},
      {"gem/linear/before",
       [](std::int64_t) { return std::make_shared<BenchmarkHead>(Norm::before, nullptr); }},
      {"gem/linear/after",
       [](std::int64_t) { return std::make_shared<BenchmarkHead>(Norm::after, nullptr); }},
      {"gem/linear/none", [](std::int64_t) { return std::make_shared<BenchmarkHead>(Norm::none, nullptr); }},
      {"mac/linear/before",
       [=](std::int64_t) { return std::make_shared<BenchmarkHead>(Norm::before, maximum); }},
      {"spoc/linear/after", [=](std::int64_t) { return std::make_shared<BenchmarkHead>(Norm::after, mean); }},
      {"mac/whiten", [](std::int64_t n) { return std::make_shared<TrailingHead>(true, false, n); }},
      {"mac/projection", [](std::int64_t n) { return std::make_shared<TrailingHead>(false, false, n); }},
      {"flatten/projection", [](std::int64_t n) { return std::make_shared<TrailingHead>(false, true, n); }},
      {"spoc/components", [](std::int64_t) { return std::make_shared<ComponentsHead>(false); }},
      {"spoc/components/whiten", [](std::int64_t) { return std::make_shared<ComponentsHead>(true); }},
      {"cosplace", [](std::int64_t) { return std::make_shared<CosplaceHead>(); }},
      {"cosplace/gsv-cities", [=](std::int64_t) { return trained(train::cosplace_head(kMapChannels, 16)); }},
      {"netvlad/gsv-cities", [=](std::int64_t) { return trained(train::netvlad_head(kMapChannels, 7)); }},
      {"netvlad", [](std::int64_t) { return std::make_shared<NetvladHead>("pool", false, false); }},
      {"netvlad/bias",
       [](std::int64_t) { return std::make_shared<NetvladHead>("aggregation", true, false); }},
      {"netvlad/linear",
       [](std::int64_t) { return std::make_shared<NetvladHead>("aggregation", false, true); }},
      {"netvlad/hloc", [](std::int64_t) { return std::make_shared<HlocHead>(); }},
      {"mixvpr",
       [=](std::int64_t n) {
         return trained(train::mixvpr_head({kMapChannels, 1, n}, {3, n + 5, 10, 3}));
       }},
      {"convap", [=](std::int64_t) { return trained(train::convap_head(kMapChannels, 10, 2)); }},
      {"convap/grid", [=](std::int64_t) { return trained(train::convap_head(kMapChannels, 10, 3)); }}};
  return kMakers;
}

Tensor normalized(const TorchScene& scene) {
  const Tensor pixels = torch::tensor(at::ArrayRef<std::uint8_t>(scene.bytes), torch::kUInt8)
                            .view({1, scene.height, scene.width, 3})
                            .permute({0, 3, 1, 2})
                            .to(torch::kFloat64);
  const auto channels = [](double r, double g, double b) {
    return torch::tensor({r, g, b}, torch::kFloat64).view({1, 3, 1, 1});
  };
  return (pixels / 255.0 - channels(0.485, 0.456, 0.406)) / channels(0.229, 0.224, 0.225);
}

std::vector<float> values(const Tensor& tensor) {
  const Tensor plain = tensor.to(torch::kFloat32).contiguous();
  return {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()};
}

}  // namespace

std::vector<std::string> torch_heads() {
  std::vector<std::string> names;
  for (const auto& [name, maker] : makers())
    names.push_back(name);
  return names;
}

TorchHead save_random_head(const std::string& head, std::uint64_t seed, const TorchScene& scene,
                           const std::string& path) {
  const torch::NoGradGuard no_gradients;
  torch::manual_seed(seed);
  const std::int64_t pixels = ((scene.height + 1) / 2) * ((scene.width + 1) / 2);
  const std::shared_ptr<Head> module = makers().at(head)(pixels);
  const auto conv = module->register_module(
      "conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, kMapChannels, 3).stride(2).padding(1)));
  torch::serialize::OutputArchive archive;
  module->save(archive);
  archive.save_to(path);

  module->to(torch::kFloat64);
  const Tensor features = module->forward(conv->forward(normalized(scene)));
  return {values(features), values(unit(features, 1))};
}

}  // namespace bitplace::test
