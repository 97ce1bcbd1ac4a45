// The real-valued networks as LibTorch runs them. Nothing of torch shows here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bitplace::test {

struct TorchImage {
  std::int64_t height = 0, width = 0;
  std::vector<std::uint8_t> bytes;  // RGB, rows without gaps
};

// Feature maps of images, flattened NHWC.
using TorchMaps = std::vector<std::vector<float>>;

struct TorchCut {
  std::string name;
  TorchMaps maps;  // computed in binary64: of every image at the first cut, of the first image at the others
};

// A network with random weights, batch-norm factors around 1 and the images' own batch-norm statistics, saved
// by torch::save with its classifier. The images are of one size and normalised as ImageNet is.
std::vector<TorchCut> save_random_backbone(const std::string& network, std::uint64_t seed,
                                           const std::vector<TorchImage>& images, const std::string& path);

}  // namespace bitplace::test
