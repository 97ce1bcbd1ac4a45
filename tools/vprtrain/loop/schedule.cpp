#include "vprtrain/loop/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bitplace::train {
namespace {

constexpr double kUsualWarmUpShare = 0.05;

double warm_up_steps(const Schedule& schedule) {
  if (schedule.warm_up > 0.0) return schedule.warm_up * static_cast<double>(schedule.steps_per_epoch);
  if (schedule.kind == "warmup-cosine")
    return std::ceil(kUsualWarmUpShare * static_cast<double>(schedule.total_steps));
  return 0.0;
}

double cosine(const Schedule& schedule, double step, double warm_up) {
  const double steps = std::max(1.0, static_cast<double>(schedule.total_steps) - warm_up);
  const double share = std::clamp((step - warm_up) / steps, 0.0, 1.0);
  const double height = 0.5 * (1.0 + std::cos(std::numbers::pi * share));
  return schedule.final_share + (1.0 - schedule.final_share) * height;
}

// How many decays lie behind.
double decays(const Schedule& schedule, double epoch) {
  if (schedule.kind == "step") return std::floor(epoch / schedule.milestones.front());
  return static_cast<double>(std::count_if(schedule.milestones.begin(), schedule.milestones.end(),
                                           [epoch](double milestone) { return milestone <= epoch; }));
}

}  // namespace

double learning_rate(const Schedule& schedule, std::int64_t step) {
  const auto at = static_cast<double>(step);
  const double warm_up = warm_up_steps(schedule);
  if (at + 1.0 < warm_up) return schedule.rate * (at + 1.0) / warm_up;
  if (schedule.kind == "cosine" || schedule.kind == "warmup-cosine")
    return schedule.rate * cosine(schedule, at, warm_up);
  if (schedule.kind == "step" || schedule.kind == "milestones") {
    const double epoch = at / static_cast<double>(schedule.steps_per_epoch);
    return schedule.rate * std::pow(schedule.decay, decays(schedule, epoch));
  }
  return schedule.rate;
}

}  // namespace bitplace::train
