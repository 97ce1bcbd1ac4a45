#include "common/paired_outcomes.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace bitplace::tools;

namespace {

// `both` right in both, then `lost`, then `won`, then `neither`.
struct Answers {
  std::vector<bool> base;
  std::vector<bool> other;

  Answers(int both, int lost, int won, int neither) {
    add(both, true, true);
    add(lost, true, false);
    add(won, false, true);
    add(neither, false, false);
  }

  void add(int count, bool base_right, bool other_right) {
    base.insert(base.end(), static_cast<std::size_t>(count), base_right);
    other.insert(other.end(), static_cast<std::size_t>(count), other_right);
  }

  PairedOutcomes compare(const Bootstrap& bootstrap = {}) const {
    return compare_outcomes(base, other, bootstrap);
  }
};

}  // namespace

TEST_CASE("outcomes count what only one of both answers right") {
  const PairedOutcomes outcomes = Answers(50, 7, 3, 40).compare();
  CHECK(outcomes.questions == 100);
  CHECK(outcomes.won == 3);
  CHECK(outcomes.lost == 7);
  CHECK(outcomes.difference == Approx(-0.04));
}

TEST_CASE("equal answers leave no doubt in the resamples") {
  const PairedOutcomes outcomes = Answers(30, 0, 0, 70).compare();
  CHECK(outcomes.difference == 0.0);
  CHECK(outcomes.bounds.lower == 0.0);
  CHECK(outcomes.bounds.upper == 0.0);
  CHECK(outcomes.p_value == 1.0);
}

TEST_CASE("one that is right where the other is wrong is better in every resample") {
  const PairedOutcomes outcomes = Answers(0, 0, 20, 0).compare({200, 3});
  CHECK(outcomes.bounds.lower == 1.0);
  CHECK(outcomes.bounds.upper == 1.0);
}

TEST_CASE("no questions compare as equal") {
  const PairedOutcomes outcomes = compare_outcomes({}, {}, {});
  CHECK(outcomes.questions == 0);
  CHECK(outcomes.difference == 0.0);
  CHECK(outcomes.bounds.lower == 0.0);
  CHECK(outcomes.bounds.upper == 0.0);
  CHECK(outcomes.p_value == 1.0);
}

TEST_CASE("the bounds are those of the normal approximation where there are many questions") {
  // Each difference has the mean -0.02 and the variance 0.10 - 0.02^2.
  const Answers answers(3000, 240, 160, 600);
  const PairedOutcomes outcomes = answers.compare();
  const double half_width = 1.959964 * std::sqrt((0.10 - 0.0004) / 4000.0);
  CHECK(outcomes.bounds.lower == Approx(-0.02 - half_width).margin(0.0006));
  CHECK(outcomes.bounds.upper == Approx(-0.02 + half_width).margin(0.0006));
}

TEST_CASE("swapping the two mirrors the difference and the bounds") {
  const Answers answers(40, 12, 5, 43);
  const PairedOutcomes there = answers.compare();
  const PairedOutcomes back = compare_outcomes(answers.other, answers.base, {});
  CHECK(back.won == there.lost);
  CHECK(back.difference == -there.difference);
  CHECK(back.bounds.lower == -there.bounds.upper);
  CHECK(back.bounds.upper == -there.bounds.lower);
  CHECK(back.p_value == there.p_value);
}

TEST_CASE("a seed gives the same bounds again, and another one others") {
  const Answers answers(700, 60, 45, 192);
  const PairedOutcomes first = answers.compare({100, 7});
  const PairedOutcomes again = answers.compare({100, 7});
  CHECK(first.bounds.lower == again.bounds.lower);
  CHECK(first.bounds.upper == again.bounds.upper);
  bool differs = false;
  for (std::uint32_t seed = 8; seed < 16; ++seed)
    differs |= answers.compare({100, seed}).bounds.lower != first.bounds.lower;
  CHECK(differs);
}

TEST_CASE("every question is drawn, the last one too") {
  // Only the last answer differs: it is missing from a resample with a chance of (3/4)^4 = 0.32.
  const PairedOutcomes outcomes = Answers(3, 0, 1, 0).compare();
  CHECK(outcomes.bounds.lower == 0.0);
  CHECK(outcomes.bounds.upper == 0.75);
}

TEST_CASE("McNemar's exact p-values") {
  CHECK(mcnemar_exact(0, 0) == 1.0);
  CHECK(mcnemar_exact(1, 0) == Approx(1.0));
  CHECK(mcnemar_exact(5, 5) == 1.0);
  CHECK(mcnemar_exact(10, 0) == Approx(2.0 / 1024.0));
  CHECK(mcnemar_exact(2, 8) == Approx(2.0 * (1 + 10 + 45) / 1024.0));
  CHECK(mcnemar_exact(8, 2) == mcnemar_exact(2, 8));
  // Three deviations of the normal approximation, with its correction for continuity: 2 * Phi(-2.984).
  CHECK(mcnemar_exact(5000, 4700) == Approx(std::erfc(299.0 / std::sqrt(2.0 * 9700.0))).epsilon(0.01));
  CHECK(mcnemar_exact(100000, 0) == 0.0);
}
