// Networks of the training library as LibTorch runs them. Nothing of torch shows here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libtorch/torch_results.h"

namespace bitplace::test {

struct TorchChoice {
  std::string network, variant, head;
  std::string activation_quantizer, weight_quantizer;
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
