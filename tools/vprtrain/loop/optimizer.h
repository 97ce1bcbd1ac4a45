// LibTorch's optimizers by name.
#pragma once

#include <torch/torch.h>

#include <memory>

#include "vprtrain/loop/settings.h"
#include "vprtrain/network.h"

namespace bitplace::train {

// Weight decay acts on parameters with more than one axis: not on biases, nor on batch-norms' factors.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(const TrainSettings& settings,
                                                        const TrainableNetwork& network);

void set_learning_rate(torch::optim::Optimizer* optimizer, double rate);

}  // namespace bitplace::train
