#include "vprtrain/networks/feature_network.h"

#include "core/error.h"

namespace bitplace::train {
namespace {

using torch::Tensor;

class HeadedNetwork final : public TrainableNetwork {
 public:
  HeadedNetwork(const NetworkChoice& choice, const NetworkInput& input, double batch_norm_epsilon,
                std::shared_ptr<FeatureNetwork> network, std::shared_ptr<Head> head)
      : TrainableNetwork(choice, input, batch_norm_epsilon) {
    network_ = register_module("backbone", std::move(network));
    if (head != nullptr) head_ = register_module("aggregator", std::move(head));
  }

  Tensor features(const Tensor& images) override { return network_->features(images); }
  Tensor descriptor(const Tensor& features) override {
    return head_ == nullptr ? TrainableNetwork::descriptor(features) : unit(head_->forward(features), 1);
  }
  Tensor logits(const Tensor& features) override { return network_->logits(features); }
  Stages stages(const Tensor& images) override { return network_->stages(images); }
  std::vector<Tensor> latent_weights() override { return network_->latent_weights(); }

 private:
  std::shared_ptr<FeatureNetwork> network_;
  std::shared_ptr<Head> head_;
};

// Only MixVPR's weights depend on the map's size.
MapShape map_shape(FeatureNetwork& network, const NetworkInput& input) {
  const torch::NoGradGuard no_gradients;
  network.eval();
  const Tensor map = network.features(torch::zeros({1, 3, input.height, input.width}));
  network.train();
  return {map.size(1), map.size(2), map.size(3)};
}

}  // namespace

Result<NetworkPointer> with_head(const NetworkChoice& choice, const NetworkInput& input,
                                 double batch_norm_epsilon, std::shared_ptr<FeatureNetwork> network) {
  BITPLACE_ASSIGN(head, make_head(choice.head, [&] { return map_shape(*network, input); }));
  return NetworkPointer(
      std::make_shared<HeadedNetwork>(choice, input, batch_norm_epsilon, std::move(network), head));
}

}  // namespace bitplace::train
