#include "lowering/threshold_search.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/random.h"

using namespace bitplace;

namespace {

// Compares the folded sign with the function at every accumulator there can be.
template <typename Function>
std::int64_t disagreements(const Function& f, std::int32_t largest) {
  const FoldedSign folded = fold_sign(f, -largest, largest);
  std::int64_t wrong = 0;
  for (std::int32_t a = -largest; a <= largest; ++a)
    wrong += folded.bit(a) != (f(static_cast<double>(a)) < 0.0) ? 1 : 0;
  return wrong;
}

struct BatchNorm {
  double mean, variance, weight, bias;
  double operator()(double x) const { return (x - mean) / std::sqrt(variance + 1e-5) * weight + bias; }
};

}  // namespace

TEST_CASE("thresholds of random multiply-adds agree with them at every accumulator") {
  test::Random random;
  for (int round = 0; round < 2000; ++round) {
    const double multiplier = static_cast<double>(random.real(-0.1f, 0.1f));
    const double addend = static_cast<double>(random.real(-3.0f, 3.0f));
    const auto f = [&](double x) { return x / 255.0 * multiplier + addend; };
    REQUIRE(disagreements(f, 1200) == 0);
  }
}

TEST_CASE("thresholds of random batch-norms agree with them at every accumulator") {
  test::Random random;
  for (int round = 0; round < 2000; ++round) {
    const BatchNorm f{
        static_cast<double>(random.real(-50.0f, 50.0f)), static_cast<double>(random.real(0.0f, 900.0f)),
        static_cast<double>(random.real(-2.0f, 2.0f)), static_cast<double>(random.real(-1.0f, 1.0f))};
    REQUIRE(disagreements(f, 1200) == 0);
  }
}

TEST_CASE("ties at zero fall to +1 in both directions") {
  // The function is exactly zero at the accumulator `tie`, where the bit must be 0.
  for (std::int32_t tie = -20; tie <= 20; ++tie) {
    for (const double slope : {0.5, -0.5, 0.1, -0.1, 1e-30, -1e-30}) {
      const auto f = [&](double x) { return x * slope + -(tie * slope); };
      REQUIRE(disagreements(f, 20) == 0);
      REQUIRE_FALSE(fold_sign(f, -20, 20).bit(tie));
    }
  }
}

TEST_CASE("a function that never changes its sign gives a constant") {
  const FoldedSign always = fold_sign([](double) { return -1.0; }, -100, 100);
  const FoldedSign never = fold_sign([](double) { return 1.0; }, -100, 100);
  const FoldedSign negative_zero = fold_sign([](double x) { return x * 0.0 + -0.0; }, -100, 100);
  for (int a = -100; a <= 100; ++a) {
    CHECK(always.bit(a));
    CHECK_FALSE(never.bit(a));
    CHECK_FALSE(negative_zero.bit(a));
  }
  CHECK_FALSE(always.flip);
  CHECK_FALSE(never.flip);
}

TEST_CASE("a threshold may stand at either end of the range") {
  for (const std::int32_t a : {-100, -99, 99, 100}) {
    REQUIRE(disagreements([&](double x) { return x - a; }, 100) == 0);
    REQUIRE(disagreements([&](double x) { return a - x; }, 100) == 0);
  }
}

TEST_CASE("a falling function gets the flip and a rising one does not") {
  CHECK_FALSE(fold_sign([](double x) { return x - 3.5; }, -10, 10).flip);
  CHECK(fold_sign([](double x) { return 3.5 - x; }, -10, 10).flip);
  CHECK(fold_sign([](double x) { return x - 3.5; }, -10, 10).threshold == 4);
  CHECK(fold_sign([](double x) { return 3.5 - x; }, -10, 10).threshold == 4);
}
