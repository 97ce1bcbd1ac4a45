// Where a network's parameters come from while it is built.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bitplace/result.h"

namespace bitplace {

inline constexpr double kTorchBatchNormEpsilon = 1e-5;  // torch.nn.BatchNorm2d's; archives do not hold it

class ParameterSource {
 public:
  virtual ~ParameterSource() = default;

  // The numbers of a parameter by its name in PyTorch's state_dict, in PyTorch's order: convolutions
  // [out, in / groups, rows, columns], linear layers [out, in]. A name that is missing gives zeros and is
  // remembered, so that one message can list all that are.
  virtual Result<std::vector<float>> take(const std::string& name,
                                          const std::vector<std::int64_t>& shape) = 0;
};

}  // namespace bitplace
