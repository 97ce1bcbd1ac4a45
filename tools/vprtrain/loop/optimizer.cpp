#include "vprtrain/loop/optimizer.h"

#include <utility>
#include <vector>

namespace bitplace::train {
namespace {

template <typename Optimizer, typename Options>
std::unique_ptr<torch::optim::Optimizer> with_groups(const TrainableNetwork& network, Options options,
                                                     double weight_decay) {
  std::vector<torch::Tensor> decayed, others;
  for (const torch::Tensor& parameter : network.parameters())
    (parameter.dim() > 1 ? decayed : others).push_back(parameter);
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (auto& [tensors, decay] : {std::pair(decayed, weight_decay), std::pair(others, 0.0)}) {
    if (tensors.empty()) continue;
    Options own = options;
    own.weight_decay(decay);
    groups.emplace_back(tensors, std::make_unique<Options>(own));
  }
  return std::make_unique<Optimizer>(std::move(groups), options);
}

}  // namespace

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const TrainSettings& settings,
                                                        const TrainableNetwork& network) {
  const double rate = *settings.learning_rate, decay = *settings.weight_decay;
  if (settings.optimizer == "sgd") {
    return with_groups<torch::optim::SGD>(network, torch::optim::SGDOptions(rate).momentum(settings.momentum),
                                          decay);
  }
  if (settings.optimizer == "adamw")
    return with_groups<torch::optim::AdamW>(network, torch::optim::AdamWOptions(rate), decay);
  return with_groups<torch::optim::Adam>(network, torch::optim::AdamOptions(rate), decay);
}

void set_learning_rate(torch::optim::Optimizer* optimizer, double rate) {
  for (torch::optim::OptimizerParamGroup& group : optimizer->param_groups())
    group.options().set_lr(rate);
}

}  // namespace bitplace::train
