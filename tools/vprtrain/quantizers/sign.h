// The sign of weights and activations, -1 below 0 and +1 from 0 on, with gradients that training can use.
#pragma once

#include <torch/torch.h>

namespace bitplace::train {

// Straight-through: the gradient passes where |x| <= 1 and is 0 elsewhere.
torch::Tensor sign_ste(const torch::Tensor& x);

}  // namespace bitplace::train
