// What makes a descriptor of a feature map, with parameters under the names that gsv-cities gives them;
// docs/heads.md has the formulas.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bitplace/result.h"

namespace bitplace::train {

class Head : public torch::nn::Module {
 public:
  // Map (B, C, H, W) -> (B, D), in front of the descriptor's own normalisation.
  virtual torch::Tensor forward(const torch::Tensor& map) = 0;
};

struct MapShape {
  std::int64_t channels = 0, height = 0, width = 0;
};

std::shared_ptr<Head> mean_head();     // SPoC
std::shared_ptr<Head> maximum_head();  // MAC
std::shared_ptr<Head> gem_head();
std::shared_ptr<Head> cosplace_head(std::int64_t channels, std::int64_t outputs);
std::shared_ptr<Head> netvlad_head(std::int64_t channels, std::int64_t clusters);
std::shared_ptr<Head> convap_head(std::int64_t channels, std::int64_t outputs, std::int64_t grid);

struct MixvprShape {
  std::int64_t depth = 4;
  std::int64_t hidden = 0;  // of the mixers
  std::int64_t channels = 0;
  std::int64_t rows = 4;
};
std::shared_ptr<Head> mixvpr_head(const MapShape& map, const MixvprShape& shape);

// By name, in the usual size; null for "flatten". The map's shape is asked for where weights depend on it.
Result<std::shared_ptr<Head>> make_head(const std::string& name, const std::function<MapShape()>& map);

// To length 1 along an axis.
torch::Tensor unit(const torch::Tensor& x, std::int64_t axis);

}  // namespace bitplace::train
