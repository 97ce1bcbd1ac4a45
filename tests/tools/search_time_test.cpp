#include "sizing/search_time.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace bitplace;
using namespace bitplace::tools;

namespace {

constexpr SearchTime kTrue = {0.02, 3e-6, 5e-9};

// Searches of three dimensions among two numbers of places each.
std::vector<SearchMeasurement> measured(const SearchTime& time) {
  std::vector<SearchMeasurement> measurements;
  for (const std::int32_t dimension : {128, 1000, 4096}) {
    for (const std::int64_t places : {20000, 50000}) {
      measurements.push_back({dimension, places, time.milliseconds(dimension, static_cast<double>(places))});
    }
  }
  return measurements;
}

SearchTime fit(const std::vector<SearchMeasurement>& measurements) {
  const auto fitted = fit_search_time(measurements);
  if (!fitted.ok()) FAIL(fitted.error().message());
  return *fitted;
}

double squared_deviation(const SearchTime& time, const std::vector<SearchMeasurement>& measurements) {
  double sum = 0.0;
  for (const SearchMeasurement& m : measurements)
    sum += std::pow(time.milliseconds(m.dimension, static_cast<double>(m.places)) / m.milliseconds - 1.0, 2);
  return sum;
}

}  // namespace

TEST_CASE("a cost without noise is found again") {
  const std::vector<SearchMeasurement> measurements = measured(kTrue);
  const SearchTime fitted = fit(measurements);
  CHECK(fitted.fixed == Approx(kTrue.fixed).epsilon(1e-6));
  CHECK(fitted.per_place == Approx(kTrue.per_place).epsilon(1e-6));
  CHECK(fitted.per_element == Approx(kTrue.per_element).epsilon(1e-6));
  CHECK(largest_deviation(fitted, measurements) < 1e-9);
}

TEST_CASE("no other non-negative cost is nearer to noisy measurements") {
  std::vector<SearchMeasurement> measurements = measured(kTrue);
  for (std::size_t i = 0; i < measurements.size(); ++i)
    measurements[i].milliseconds *= i % 3 == 0 ? 1.2 : 0.9;
  const SearchTime fitted = fit(measurements);
  const double least = squared_deviation(fitted, measurements);
  CHECK(largest_deviation(fitted, measurements) > 0.01);
  for (const double factor : {0.98, 1.02}) {
    CHECK(squared_deviation({fitted.fixed * factor, fitted.per_place, fitted.per_element}, measurements) >=
          least);
    CHECK(squared_deviation({fitted.fixed, fitted.per_place * factor, fitted.per_element}, measurements) >=
          least);
    CHECK(squared_deviation({fitted.fixed, fitted.per_place, fitted.per_element * factor}, measurements) >
          least);
  }
}

TEST_CASE("no part of a cost is negative") {
  // A negative constant would fit these best.
  std::vector<SearchMeasurement> measurements = measured({0.0, 0.0, 5e-9});
  for (SearchMeasurement& m : measurements)
    m.milliseconds -= 0.001;
  const SearchTime fitted = fit(measurements);
  CHECK(fitted.fixed == 0.0);
  CHECK(fitted.per_place == 0.0);
  CHECK(fitted.per_element == Approx(5e-9).epsilon(0.2));
}

TEST_CASE("what one dimension cannot tell apart is still fitted") {
  std::vector<SearchMeasurement> measurements;
  for (const std::int64_t places : {10000, 20000, 40000})
    measurements.push_back({512, places, kTrue.milliseconds(512, static_cast<double>(places))});
  CHECK(largest_deviation(fit(measurements), measurements) < 1e-6);
}

TEST_CASE("measurements that cannot be are refused") {
  std::vector<SearchMeasurement> measurements = measured(kTrue);
  CHECK_FALSE(fit_search_time(std::span(measurements).first(2)).ok());
  for (const double bad : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    measurements[3].milliseconds = bad;
    CHECK_FALSE(fit_search_time(measurements).ok());
  }
}
