// torchvision's networks with torchvision's names of their parameters.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>

namespace bitplace::train {

class TorchvisionModule : public torch::nn::Module {
 public:
  // The feature map at a cut of docs/networks.md; what comes behind is not computed.
  virtual torch::Tensor features(const torch::Tensor& images, const std::string& cut) = 0;
  // Of the last feature map; only where made with a classifier.
  virtual torch::Tensor logits(const torch::Tensor& map) = 0;
};

// Null for an unknown name. Initial weights are those that He et al. (2015) draw.
std::shared_ptr<TorchvisionModule> make_torchvision_module(const std::string& name, std::int64_t classes);

}  // namespace bitplace::train
