#include <limits>
#include <stdexcept>

#include "vprtrain/losses/losses.h"

namespace bitplace::train {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

torch::Tensor similarities_of(const torch::Tensor& descriptors) {
  return descriptors.mm(descriptors.t());
}

class Distillation : public Loss {
 public:
  explicit Distillation(double temperature) : temperature_(temperature) {}

  std::string name() const override { return "distillation"; }
  bool needs_teacher() const override { return true; }
  torch::Tensor value(const LossInput& input) const override {
    const torch::Tensor student = similarities_of(input.descriptors);
    const torch::Tensor teacher = similarities_of(input.teacher).detach();
    const torch::Tensor same = torch::eye(student.size(0), student.options().dtype(torch::kBool));
    if (temperature_ > 0.0) return divergence(student, teacher, same);
    const torch::Tensor difference = (student - teacher).masked_fill(same, 0.0);
    const auto pairs = static_cast<double>(student.size(0) * (student.size(0) - 1));
    return difference.square().sum() / std::max(pairs, 1.0);
  }

 private:
  torch::Tensor divergence(const torch::Tensor& student, const torch::Tensor& teacher,
                           const torch::Tensor& same) const {
    const torch::Tensor goal = (teacher / temperature_).masked_fill(same, -kInfinity).softmax(1);
    const torch::Tensor goal_log = (teacher / temperature_).masked_fill(same, -kInfinity).log_softmax(1);
    const torch::Tensor reached = (student / temperature_).masked_fill(same, -kInfinity).log_softmax(1);
    // 0 log 0 = 0 where an image meets itself.
    const torch::Tensor terms = goal * (goal_log.masked_fill(same, 0.0) - reached.masked_fill(same, 0.0));
    return terms.sum() * (temperature_ * temperature_) / static_cast<double>(student.size(0));
  }

  double temperature_;
};

class Regression : public Loss {
 public:
  std::string name() const override { return "regression"; }
  bool needs_teacher() const override { return true; }
  torch::Tensor value(const LossInput& input) const override {
    if (input.teacher.size(1) != input.descriptors.size(1)) {
      throw std::invalid_argument("regression: the teacher's descriptor has " +
                                  std::to_string(input.teacher.size(1)) + " numbers, the network's " +
                                  std::to_string(input.descriptors.size(1)) +
                                  "; distillation compares what has different dimensions");
    }
    return (1.0 - (input.descriptors * input.teacher.detach()).sum(1)).mean();
  }
};

}  // namespace

std::unique_ptr<Loss> make_distillation(double temperature) {
  return std::make_unique<Distillation>(temperature);
}

std::unique_ptr<Loss> make_regression() {
  return std::make_unique<Regression>();
}

}  // namespace bitplace::train
