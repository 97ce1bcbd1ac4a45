#include "vprtrain/networks/heads.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "networks/heads/head.h"
#include "networks/named_tensors.h"

namespace bitplace::train {
namespace {

namespace nn = torch::nn;
namespace F = torch::nn::functional;
using torch::Tensor;

// A module whose only content is named by its owner, for names of several parts.
std::shared_ptr<nn::Module> folder() {
  return std::make_shared<nn::Module>("Folder");
}

nn::Linear add_linear(nn::Module& place, const std::string& name, std::int64_t inputs, std::int64_t outputs) {
  return place.register_module(name, nn::Linear(inputs, outputs));
}

// GeM's exponent, where training starts.
Tensor add_exponent(nn::Module& place) {
  return place.register_parameter("p", torch::full({1}, 3.0));
}

Tensor generalized_mean(const Tensor& map, const Tensor& p) {
  return map.clamp_min(1e-6).pow(p).mean({2, 3}).pow(1.0 / p);
}

struct MeanHead final : Head {
  Tensor forward(const Tensor& map) override { return map.mean({2, 3}); }
};

struct MaximumHead final : Head {
  Tensor forward(const Tensor& map) override { return map.amax({2, 3}); }
};

struct GemHead final : Head {
  Tensor p = add_exponent(*this);

  Tensor forward(const Tensor& map) override { return generalized_mean(map, p); }
};

struct CosplaceHead final : Head {
  std::shared_ptr<nn::Module> gem = register_module("gem", folder());
  Tensor p = add_exponent(*gem);
  nn::Linear fc{nullptr};

  CosplaceHead(std::int64_t channels, std::int64_t outputs)
      : fc(add_linear(*this, "fc", channels, outputs)) {}
  Tensor forward(const Tensor& map) override { return fc(generalized_mean(unit(map, 1), p)); }
};

// Sums of residuals x - c by their shares: sum(a x) - c sum(a).
struct NetvladHead final : Head {
  nn::Conv2d conv{nullptr};
  Tensor centroids;

  // Centres in random directions, scores that share a feature out among the nearest.
  NetvladHead(std::int64_t channels, std::int64_t clusters) {
    constexpr double kSharpness = 10.0;
    const torch::NoGradGuard no_gradients;
    conv = register_module("conv", nn::Conv2d(nn::Conv2dOptions(channels, clusters, 1).bias(false)));
    centroids = register_parameter("centroids", unit(torch::randn({clusters, channels}), 1));
    conv->weight.copy_(kSharpness * centroids.view({clusters, channels, 1, 1}));
  }
  Tensor forward(const Tensor& map) override {
    const Tensor normalized = unit(map, 1);
    const Tensor x = normalized.flatten(2);                                // [B, D, n]
    const Tensor shares = torch::softmax(conv(normalized).flatten(2), 1);  // [B, K, n]
    const Tensor sums = torch::matmul(shares, x.transpose(1, 2));          // [B, K, D]
    return unit(sums - shares.sum(2, /*keepdim=*/true) * centroids, 2).flatten(1);
  }
};

struct ConvapHead final : Head {
  nn::Conv2d conv{nullptr};
  std::int64_t grid;

  ConvapHead(std::int64_t channels, std::int64_t outputs, std::int64_t cells) : grid(cells) {
    conv = register_module("channel_pool", nn::Conv2d(nn::Conv2dOptions(channels, outputs, 1)));
  }
  Tensor forward(const Tensor& map) override {
    return F::adaptive_avg_pool2d(conv(map), F::AdaptiveAvgPool2dFuncOptions({grid, grid})).flatten(1);
  }
};

struct MixvprHead final : Head {
  struct Mixer {
    nn::LayerNorm norm{nullptr};
    nn::Linear first{nullptr}, second{nullptr};
  };
  std::vector<Mixer> mixers;
  nn::Linear channels{nullptr}, rows{nullptr};

  MixvprHead(const MapShape& map, const MixvprShape& shape) {
    const std::int64_t pixels = map.height * map.width;
    const auto mix = register_module("mix", folder());
    for (std::int64_t i = 0; i < shape.depth; ++i) {
      const auto place = mix->register_module(std::to_string(i), folder())->register_module("mix", folder());
      const auto norm = place->register_module("0", nn::LayerNorm(nn::LayerNormOptions({pixels})));
      mixers.push_back({norm, add_linear(*place, "1", pixels, shape.hidden),
                        add_linear(*place, "3", shape.hidden, pixels)});
    }
    channels = add_linear(*this, "channel_proj", map.channels, shape.channels);
    rows = add_linear(*this, "row_proj", pixels, shape.rows);
  }
  Tensor forward(const Tensor& map) override {
    Tensor x = map.flatten(2);
    for (Mixer& mixer : mixers)
      x = x + mixer.second(torch::relu(mixer.first(mixer.norm(x))));
    return rows(channels(x.permute({0, 2, 1})).permute({0, 2, 1})).flatten(1);
  }
};

}  // namespace

std::shared_ptr<Head> mean_head() {
  return std::make_shared<MeanHead>();
}

std::shared_ptr<Head> maximum_head() {
  return std::make_shared<MaximumHead>();
}

std::shared_ptr<Head> gem_head() {
  return std::make_shared<GemHead>();
}

std::shared_ptr<Head> cosplace_head(std::int64_t channels, std::int64_t outputs) {
  return std::make_shared<CosplaceHead>(channels, outputs);
}

std::shared_ptr<Head> netvlad_head(std::int64_t channels, std::int64_t clusters) {
  return std::make_shared<NetvladHead>(channels, clusters);
}

std::shared_ptr<Head> convap_head(std::int64_t channels, std::int64_t outputs, std::int64_t grid) {
  return std::make_shared<ConvapHead>(channels, outputs, grid);
}

std::shared_ptr<Head> mixvpr_head(const MapShape& map, const MixvprShape& shape) {
  return std::make_shared<MixvprHead>(map, shape);
}

// Sizes as vprconv gives an untrained head, and as the heads' authors have them.
Result<std::shared_ptr<Head>> make_head(const std::string& name, const std::function<MapShape()>& map) {
  HeadKind kind{};
  if (!head_from_name(name, &kind)) {
    return make_error(ErrorCode::invalid_argument, "--head " + name,
                      "unknown; known are " + list_names(head_names()));
  }
  const auto channels = [&] { return map().channels; };
  switch (kind) {
    case HeadKind::flatten:
      return std::shared_ptr<Head>();
    case HeadKind::spoc:
      return mean_head();
    case HeadKind::mac:
      return maximum_head();
    case HeadKind::gem:
      return gem_head();
    case HeadKind::netvlad:
      return netvlad_head(channels(), 64);
    case HeadKind::convap:
      return convap_head(channels(), 512, 2);
    case HeadKind::cosplace:
      return cosplace_head(channels(), 512);
    case HeadKind::mixvpr:
      break;
  }
  const MapShape shape = map();
  return mixvpr_head(shape, {.hidden = shape.height * shape.width,
                             .channels = std::min<std::int64_t>(shape.channels, 1024)});
}

Tensor unit(const Tensor& x, std::int64_t axis) {
  return F::normalize(x, F::NormalizeFuncOptions().p(2).dim(axis));
}

}  // namespace bitplace::train
