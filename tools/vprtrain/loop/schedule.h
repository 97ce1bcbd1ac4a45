// The learning rate as a function of the step.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bitplace::train {

struct Schedule {
  // constant; step: times `decay` every milestones[0] epochs; milestones: times `decay` at each of them;
  // cosine: half a cosine from `rate` to `final_share` of it; warmup-cosine: the same, behind a warm-up over
  // a twentieth of the steps if `warm_up` names no other.
  std::string kind = "constant";
  double rate = 1e-3;
  double warm_up = 0.0;  // epochs over which the rate rises linearly from 0
  std::vector<double> milestones;
  double decay = 0.1;
  double final_share = 0.0;
  std::int64_t total_steps = 1;
  std::int64_t steps_per_epoch = 1;
};

// Of the step with this index, from 0.
double learning_rate(const Schedule& schedule, std::int64_t step);

}  // namespace bitplace::train
