// The straight-through gradient of all quantizers that are clipped at 1.
#pragma once

#include <torch/torch.h>

namespace bitplace::train {

// The distance from 1 to the next larger number.
inline double spacing_above_one(torch::ScalarType type) {
  switch (type) {
    case torch::kFloat64:
      return 0x1p-52;
    case torch::kFloat16:
      return 0x1p-10;
    case torch::kBFloat16:
      return 0x1p-7;
    default:
      return 0x1p-23;
  }
}

// The gradient where |x| <= 1, else 0. threshold_backward passes what stands above a threshold, here
// -|x| > -(1 + spacing), several times quicker than a mask.
inline torch::Tensor pass_inside_one(const torch::Tensor& gradient, const torch::Tensor& x) {
  return torch::threshold_backward(gradient, x.abs().neg_(), -(1.0 + spacing_above_one(x.scalar_type())));
}

}  // namespace bitplace::train
