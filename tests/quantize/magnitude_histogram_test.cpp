#include "quantize/magnitude_histogram.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "support/random.h"

using namespace bitplace;

namespace {

void add(MagnitudeHistogram& histogram, const std::vector<float>& numbers, double weight = 1.0) {
  REQUIRE(histogram.add(numbers.data(), static_cast<std::int64_t>(numbers.size()), weight));
}

}  // namespace

TEST_CASE("a histogram counts magnitudes in bins of a power of two") {
  MagnitudeHistogram histogram;
  add(histogram, {0.0f, -0.0f, 0.75f, -0.75f, 0.5f});
  CHECK(histogram.range() == 1.0);
  CHECK(histogram.zeros() == 2.0);
  CHECK(histogram.total() == 5.0);
  CHECK(histogram.bins()[MagnitudeHistogram::kBins * 3 / 4] == 2.0);
  CHECK(histogram.bins()[MagnitudeHistogram::kBins / 2] == 1.0);
  CHECK(histogram.used_bins() == MagnitudeHistogram::kBins * 3 / 4 + 1);
  CHECK(histogram.largest() == 0.75f);
  CHECK(histogram.negative());
}

TEST_CASE("a histogram grows by doubling, whatever the order") {
  test::Random random;
  std::vector<std::vector<float>> images;
  for (int i = 0; i < 8; ++i) {
    images.emplace_back();
    for (int j = 0; j < 1000; ++j)
      images.back().push_back(random.real(-1.0f, 1.0f) * std::ldexp(1.0f, 2 * i));
  }
  images.emplace_back(100, 0.0f);
  MagnitudeHistogram growing, shrinking;
  for (const std::vector<float>& image : images)
    add(growing, image);
  for (auto image = images.rbegin(); image != images.rend(); ++image)
    add(shrinking, *image);
  CHECK(growing.range() == std::ldexp(1.0, 14));
  CHECK(growing.bins() == shrinking.bins());
  CHECK(growing.zeros() == shrinking.zeros());
  CHECK(growing.largest() == shrinking.largest());
  CHECK(std::accumulate(growing.bins().begin(), growing.bins().end(), growing.zeros()) == growing.total());
}

TEST_CASE("weights count") {
  MagnitudeHistogram histogram;
  add(histogram, {1.0f, 0.0f}, 0.25);
  add(histogram, {1.0f}, 4.0);
  CHECK(histogram.zeros() == 0.25);
  CHECK(histogram.total() == 4.5);
  CHECK_FALSE(histogram.negative());
  CHECK(histogram.bins()[MagnitudeHistogram::kBins / 2] == 4.25);
}

TEST_CASE("a histogram takes the smallest and the largest floats, and refuses what is no number") {
  MagnitudeHistogram histogram;
  add(histogram, {1e-40f, -1e-38f});
  CHECK(histogram.bins().empty());
  CHECK(histogram.zeros() == 2.0);
  constexpr float kLargest = std::numeric_limits<float>::max();
  add(histogram, {1e-20f, kLargest});
  CHECK(histogram.bins().front() == 1.0);
  CHECK(histogram.bins().back() == 1.0);
  for (const float bad : {std::nanf(""), -std::nanf(""), INFINITY, -INFINITY}) {
    const float numbers[] = {1.0f, bad};
    CHECK_FALSE(histogram.add(numbers, 2, 1.0));
  }
  CHECK(histogram.total() == 4.0);
  CHECK(histogram.largest() == kLargest);
}
