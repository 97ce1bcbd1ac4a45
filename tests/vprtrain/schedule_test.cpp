#include "vprtrain/loop/schedule.h"

#include <catch2/catch.hpp>

using namespace bitplace::train;

namespace {

Schedule schedule(const std::string& kind) {
  Schedule schedule;
  schedule.kind = kind;
  schedule.rate = 2.0;
  schedule.total_steps = 100;
  schedule.steps_per_epoch = 10;
  return schedule;
}

}  // namespace

TEST_CASE("a constant rate stays, behind its warm-up") {
  Schedule constant = schedule("constant");
  CHECK(learning_rate(constant, 0) == 2.0);
  CHECK(learning_rate(constant, 99) == 2.0);
  constant.warm_up = 0.5;  // five steps
  CHECK(learning_rate(constant, 0) == Approx(0.4));
  CHECK(learning_rate(constant, 3) == Approx(1.6));
  CHECK(learning_rate(constant, 4) == 2.0);
}

TEST_CASE("milestones multiply the rate as their epochs begin") {
  Schedule milestones = schedule("milestones");  // 5, 10 and 15 of 30 epochs at 0.3: Grainge et al. 2024
  milestones.milestones = {5.0, 10.0, 15.0};
  milestones.decay = 0.3;
  CHECK(learning_rate(milestones, 49) == 2.0);
  CHECK(learning_rate(milestones, 50) == Approx(0.6));
  CHECK(learning_rate(milestones, 100) == Approx(0.18));
  CHECK(learning_rate(milestones, 299) == Approx(0.054));

  Schedule step = schedule("step");
  step.milestones = {3.0};
  step.decay = 0.1;
  CHECK(learning_rate(step, 29) == 2.0);
  CHECK(learning_rate(step, 30) == Approx(0.2));
  CHECK(learning_rate(step, 60) == Approx(0.02));
}

TEST_CASE("a cosine falls from the rate to its share") {
  Schedule cosine = schedule("cosine");
  CHECK(learning_rate(cosine, 0) == 2.0);
  CHECK(learning_rate(cosine, 50) == Approx(1.0));
  CHECK(learning_rate(cosine, 100) == Approx(0.0).margin(1e-12));
  cosine.final_share = 0.1;
  CHECK(learning_rate(cosine, 100) == Approx(0.2));

  const Schedule warm = schedule("warmup-cosine");  // of five steps, a twentieth
  CHECK(learning_rate(warm, 0) == Approx(0.4));
  CHECK(learning_rate(warm, 5) == 2.0);
  for (std::int64_t i = 5; i < 99; ++i)
    CHECK(learning_rate(warm, i + 1) < learning_rate(warm, i));
}
