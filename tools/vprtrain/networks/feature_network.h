// Networks whose last feature map any head makes a descriptor of.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vprtrain/network.h"
#include "vprtrain/networks/heads.h"

namespace bitplace::train {

using Stages = std::vector<std::pair<std::string, torch::Tensor>>;

class FeatureNetwork : public torch::nn::Module {
 public:
  // Images NCHW -> feature map (B, C, H, W).
  virtual torch::Tensor features(const torch::Tensor& images) = 0;
  virtual Stages stages(const torch::Tensor& images) = 0;  // the last is the feature map
  // Only where made with a classifier.
  virtual torch::Tensor logits(const torch::Tensor& features) = 0;
  virtual std::vector<torch::Tensor> latent_weights() { return {}; }
};

// The network as `backbone` and the head, if it has parameters, as `aggregator`, as gsv-cities names them.
// The choice says which head, and has a size. Errors name a head that is unknown.
Result<NetworkPointer> with_head(const NetworkChoice& choice, const NetworkInput& input,
                                 double batch_norm_epsilon, std::shared_ptr<FeatureNetwork> network);

}  // namespace bitplace::train
