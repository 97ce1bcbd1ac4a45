#include <limits>

#include "vprtrain/losses/losses.h"

namespace bitplace::train {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The mean of those that `counts` marks; 0, with a gradient of 0, where there are none.
torch::Tensor mean_of(const torch::Tensor& values, const torch::Tensor& counts) {
  const torch::Tensor kept = torch::where(counts, values, torch::zeros_like(values));
  return kept.sum() / counts.sum().clamp_min(1);
}

class Triplet : public Loss {
 public:
  Triplet(double margin, bool semi_hard) : margin_(margin), semi_hard_(semi_hard) {}

  std::string name() const override { return "triplet"; }
  torch::Tensor value(const LossInput& input) const override {
    const torch::Tensor similarities = input.descriptors.mm(input.descriptors.t());
    return semi_hard_ ? semi_hard(similarities, input) : batch_hard(similarities, input);
  }

 private:
  // Where nothing is masked in, the extremum is infinite: what counts() leaves out never reaches the mean, so
  // no gradient goes there.
  torch::Tensor batch_hard(const torch::Tensor& similarities, const LossInput& input) const {
    const torch::Tensor positive = similarities.masked_fill(~input.positives, kInfinity).amin(1);
    const torch::Tensor negative = similarities.masked_fill(~input.negatives, -kInfinity).amax(1);
    const torch::Tensor counts = input.positives.any(1) & input.negatives.any(1);
    return mean_of(torch::relu(margin_ - positive + negative), counts);
  }

  torch::Tensor semi_hard(const torch::Tensor& similarities, const LossInput& input) const {
    // [anchor][positive][negative]: which negatives of the anchor are less similar than this positive.
    const torch::Tensor fixed = similarities.detach();
    const torch::Tensor below = input.negatives.unsqueeze(1) & (fixed.unsqueeze(1) < fixed.unsqueeze(2));
    const torch::Tensor expanded = similarities.unsqueeze(1).expand_as(below);
    const torch::Tensor closest = expanded.masked_fill(~below, -kInfinity).amax(2);
    const torch::Tensor furthest =
        similarities.masked_fill(~input.negatives, kInfinity).amin(1, true).expand_as(similarities);
    const torch::Tensor negative = torch::where(below.any(2), closest, furthest);
    const torch::Tensor counts = input.positives & input.negatives.any(1, true);
    return mean_of(torch::relu(margin_ - similarities + negative), counts);
  }

  double margin_;
  bool semi_hard_;
};

}  // namespace

std::unique_ptr<Loss> make_triplet(double margin, bool semi_hard) {
  return std::make_unique<Triplet>(margin, semi_hard);
}

}  // namespace bitplace::train
