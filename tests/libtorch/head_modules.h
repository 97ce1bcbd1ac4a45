// Descriptor heads as the programs that train them write them, run by LibTorch. Nothing of torch shows here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bitplace::test {

inline constexpr std::int64_t kMapChannels = 24;

struct TorchScene {
  std::int64_t height = 0, width = 0;
  std::vector<std::uint8_t> bytes;  // RGB
};

struct TorchHead {
  std::vector<float> features;    // in front of the descriptor's own normalisation; computed in binary64
  std::vector<float> descriptor;  // behind it
};

// Every head in every way that a program names it: "gem", "gem/benchmark/before/linear", ...
std::vector<std::string> torch_heads();

// A convolution `conv` (3x3, stride 2, padding 1, no activation) with the head behind it, all parameters
// random, saved by torch::save.
TorchHead save_random_head(const std::string& head, std::uint64_t seed, const TorchScene& scene,
                           const std::string& path);

}  // namespace bitplace::test
