#include "vprtrain/losses/losses.h"

namespace bitplace::train {
namespace {

class Classification : public Loss {
 public:
  explicit Classification(double label_smoothing) : label_smoothing_(label_smoothing) {}

  std::string name() const override { return "classification"; }
  bool needs_logits() const override { return true; }
  torch::Tensor value(const LossInput& input) const override {
    const auto options = torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(label_smoothing_);
    return torch::nn::functional::cross_entropy(input.logits, input.places, options);
  }

 private:
  double label_smoothing_;
};

}  // namespace

std::unique_ptr<Loss> make_classification(double label_smoothing) {
  return std::make_unique<Classification>(label_smoothing);
}

}  // namespace bitplace::train
