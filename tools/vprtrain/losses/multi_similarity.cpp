#include <limits>

#include "vprtrain/losses/losses.h"

namespace bitplace::train {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// log(1 + sum of exp over what `taken` marks), row by row.
torch::Tensor log_one_plus(const torch::Tensor& exponents, const torch::Tensor& taken) {
  const torch::Tensor masked = exponents.masked_fill(~taken, -kInfinity);
  const torch::Tensor one = torch::zeros({masked.size(0), 1}, masked.options());
  return torch::logsumexp(torch::cat({masked, one}, 1), 1);
}

class MultiSimilarity : public Loss {
 public:
  MultiSimilarity(double alpha, double beta, double base, double mining_margin)
      : alpha_(alpha), beta_(beta), base_(base), mining_margin_(mining_margin) {}

  std::string name() const override { return "multi-similarity"; }
  torch::Tensor value(const LossInput& input) const override {
    const torch::Tensor similarities = input.descriptors.mm(input.descriptors.t());
    const MinedPairs mined = mine_pairs(similarities.detach(), input, mining_margin_);
    const torch::Tensor above_base = similarities - base_;
    const torch::Tensor pull = log_one_plus(above_base * -alpha_, mined.positives) / alpha_;
    const torch::Tensor push = log_one_plus(above_base * beta_, mined.negatives) / beta_;
    return (pull + push).mean();
  }

 private:
  double alpha_;
  double beta_;
  double base_;
  double mining_margin_;
};

}  // namespace

MinedPairs mine_pairs(const torch::Tensor& similarities, const LossInput& input, double mining_margin) {
  const torch::Tensor hardest_positive = similarities.masked_fill(~input.positives, kInfinity).amin(1, true);
  const torch::Tensor hardest_negative = similarities.masked_fill(~input.negatives, -kInfinity).amax(1, true);
  // Without any positive or negative the bound is infinite, and nothing lies beyond it.
  return {input.positives & (similarities < hardest_negative + mining_margin),
          input.negatives & (similarities > hardest_positive - mining_margin)};
}

std::unique_ptr<Loss> make_multi_similarity(double alpha, double beta, double base, double mining_margin) {
  return std::make_unique<MultiSimilarity>(alpha, beta, base, mining_margin);
}

}  // namespace bitplace::train
