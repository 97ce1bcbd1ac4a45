// AlexNet's relatives of the training library as LibTorch runs them. Nothing of torch shows here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bitplace::test {

struct AlexnetRelative {
  std::string network, variant;
};

struct AlexnetPicture {
  std::int64_t height = 0, width = 0;
  std::vector<std::uint8_t> bytes;  // RGB
};

// Of one picture, computed in binary64, as f32: maps by stage, flattened NHWC, and the last one's descriptor.
struct AlexnetResult {
  std::map<std::string, std::vector<float>> stages;
  std::vector<float> features;
  std::vector<float> descriptor;
};

// With random weights, batch-norm factors of both signs and the pictures' own batch-norm statistics, saved as
// training saves models. The pictures are of one size.
std::vector<AlexnetResult> save_random_relative(const AlexnetRelative& relative, std::uint64_t seed,
                                                const std::vector<AlexnetPicture>& pictures,
                                                const std::string& path);

}  // namespace bitplace::test
