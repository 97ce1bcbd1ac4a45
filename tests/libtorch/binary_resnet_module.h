// Networks of the training library as LibTorch runs them. Nothing of torch shows here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bitplace::test {

struct TorchChoice {
  std::string network, variant, head;
  std::string activation_quantizer, weight_quantizer;
};

struct TorchPicture {
  std::int64_t height = 0, width = 0;
  std::vector<std::uint8_t> bytes;  // RGB
};

// Of one picture, computed in binary64.
struct TorchResult {
  std::map<std::string, std::vector<float>> stages;  // maps, flattened NHWC
  std::vector<float> features;                       // the last map
  std::vector<float> descriptor;                     // L2-normalised
};

struct TorchNetwork {
  std::vector<TorchResult> results;  // by picture
  std::int64_t parameters = 0;       // running statistics too
};

// With random weights, batch-norm factors around 1 and the pictures' own batch-norm statistics, saved by
// torch::save. The pictures are of one size.
TorchNetwork save_random_network(const TorchChoice& choice, std::uint64_t seed,
                                 const std::vector<TorchPicture>& pictures, const std::string& path);

}  // namespace bitplace::test
