// What LibTorch is shown and what it gives, without anything of torch.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bitplace::test {

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

}  // namespace bitplace::test
