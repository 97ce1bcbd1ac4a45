// AlexNet's relatives of the training library as LibTorch runs them. Nothing of torch shows here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libtorch/torch_results.h"

namespace bitplace::test {

struct AlexnetRelative {
  std::string network, variant;
};

// With random weights, batch-norm factors of both signs and the pictures' own batch-norm statistics, saved as
// training saves models. The pictures are of one size.
std::vector<TorchResult> save_random_relative(const AlexnetRelative& relative, std::uint64_t seed,
                                              const std::vector<TorchPicture>& pictures,
                                              const std::string& path);

}  // namespace bitplace::test
