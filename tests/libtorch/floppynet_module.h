// FloppyNet as LibTorch runs it. Nothing of torch shows here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bitplace::test {

inline constexpr std::int64_t kSide = 227;

struct TorchFloppynet {
  // Everything in the module, by its name in torch, as f32.
  std::map<std::string, std::vector<float>> tensors;
  // For each image the last max-pool's output, computed in binary64, flattened NHWC.
  std::vector<std::vector<float>> pool5;
};

// A network with random latent weights, batch-norm statistics of the images themselves and batch-norm factors
// of both signs, saved by torch::save. An image is kSide x kSide x 3 bytes.
TorchFloppynet save_random_floppynet(std::uint64_t seed, const std::vector<std::vector<std::uint8_t>>& images,
                                     const std::string& path);

}  // namespace bitplace::test
