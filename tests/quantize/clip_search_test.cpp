#include "quantize/clip_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "support/random.h"

using namespace bitplace;

namespace {

MagnitudeHistogram histogram_of(const std::vector<float>& numbers) {
  MagnitudeHistogram histogram;
  REQUIRE(histogram.add(numbers.data(), static_cast<std::int64_t>(numbers.size()), 1.0));
  return histogram;
}

constexpr int kNumbers = 200000;

std::vector<float> uniform(test::Random& random) {
  std::vector<float> numbers;
  for (int i = 0; i < kNumbers; ++i)
    numbers.push_back(random.real(-3.0f, 3.0f));
  return numbers;
}

// Deviation 1.
std::vector<float> normal(test::Random& random) {
  std::vector<float> numbers;
  for (int i = 0; i < kNumbers; ++i) {
    const float radius = std::sqrt(-2.0f * std::log(1.0f - random.real(0.0f, 1.0f)));
    numbers.push_back(radius * std::cos(random.real(0.0f, 6.2831853f)));
  }
  return numbers;
}

// Magnitudes 1 on average.
std::vector<float> laplace(test::Random& random) {
  std::vector<float> numbers;
  for (int i = 0; i < kNumbers; ++i) {
    const float magnitude = -std::log(1.0f - random.real(0.0f, 1.0f));
    numbers.push_back(i % 2 == 0 ? magnitude : -magnitude);
  }
  return numbers;
}

double error_of_rounding(const std::vector<float>& numbers, double clip, int largest_code) {
  double sum = 0.0;
  for (const float number : numbers) {
    const double step = clip / largest_code;
    const double code = std::clamp(std::nearbyint(number / step), -1.0 * largest_code, 1.0 * largest_code);
    sum += (number - code * step) * (number - code * step);
  }
  return sum / static_cast<double>(numbers.size());
}

}  // namespace

TEST_CASE("the percentile is a share of the numbers, not of their range") {
  std::vector<float> numbers;
  for (int i = 1; i <= 10000; ++i)
    numbers.push_back(static_cast<float>(i % 2 == 0 ? i : -i) * 1e-4f);
  numbers[0] = 64.0f;
  const MagnitudeHistogram histogram = histogram_of(numbers);
  CHECK(percentile_clip(histogram, 0.99) == Approx(0.99).margin(2.0 * histogram.bin_width()));
  CHECK(percentile_clip(histogram, 0.5) == Approx(0.5).margin(2.0 * histogram.bin_width()));
  CHECK(percentile_clip(histogram, 1.0) == 64.0f);
}

TEST_CASE("zeros count in the percentile; where there is nothing else below, nothing saturates") {
  std::vector<float> numbers(9000, 0.0f);
  for (int i = 1; i <= 1000; ++i)
    numbers.push_back(static_cast<float>(i));
  CHECK(percentile_clip(histogram_of(numbers), 0.99) == Approx(900.0).epsilon(0.001));
  CHECK(percentile_clip(histogram_of(numbers), 0.5) == 1000.0f);
}

TEST_CASE("zeros alone have the clip 0") {
  const MagnitudeHistogram histogram = histogram_of(std::vector<float>(100, 0.0f));
  CHECK(percentile_clip(histogram, 0.9999) == 0.0f);
  CHECK(squared_error_clip(histogram, 127) == 0.0f);
  CHECK(entropy_clip(histogram, 127) == 0.0f);
  CHECK(percentile_clip(MagnitudeHistogram(), 0.9999) == 0.0f);
}

TEST_CASE("the error of a histogram is that of its numbers") {
  test::Random random;
  const std::vector<float> numbers = normal(random);
  const MagnitudeHistogram histogram = histogram_of(numbers);
  for (const int largest_code : {7, 15, 127}) {
    for (const double clip : {0.5, 1.0, 2.5, 4.0})
      CHECK(squared_error(histogram, clip, largest_code) ==
            Approx(error_of_rounding(numbers, clip, largest_code)).epsilon(0.02));
  }
}

TEST_CASE("the clip of least squared error is where it is known to be") {
  test::Random random;
  // All numbers are equally likely: none is worth losing, but half a step beyond the last code costs nothing.
  for (const int largest_code : {7, 127}) {
    const double widest = 3.0 * largest_code / (largest_code + 0.5);
    CHECK(squared_error_clip(histogram_of(uniform(random)), largest_code) == Approx(widest).epsilon(0.004));
  }
  // A uniform quantizer of 15 levels and deviation 1: steps of 0.3534 (Max 1960, table II), so 7 of them.
  CHECK(squared_error_clip(histogram_of(normal(random)), 7) == Approx(7 * 0.3534).epsilon(0.02));
}

TEST_CASE("no clip has a squared error that is smaller by a thousandth") {
  test::Random random;
  std::vector<float> outliers = laplace(random);
  outliers.push_back(400.0f);
  for (const std::vector<float>& numbers : {normal(random), laplace(random), outliers}) {
    const MagnitudeHistogram histogram = histogram_of(numbers);
    for (const int largest_code : {7, 15, 127}) {
      const float best = squared_error_clip(histogram, largest_code);
      const double least = squared_error(histogram, best, largest_code);
      CHECK(best <= histogram.largest());
      for (int i = 1; i <= 500; ++i) {
        const double other = static_cast<double>(histogram.largest()) * i / 500.0;
        REQUIRE(least <= squared_error(histogram, other, largest_code) * (1.0 + 1e-3));
      }
    }
  }
}

TEST_CASE("few codes are clipped sooner than many") {
  test::Random random;
  const MagnitudeHistogram histogram = histogram_of(laplace(random));
  CHECK(squared_error_clip(histogram, 7) < 0.75f * squared_error_clip(histogram, 127));
  CHECK(entropy_clip(histogram, 7) < 0.75f * entropy_clip(histogram, 127));
}

TEST_CASE("entropy keeps the whole of an even distribution and lets rare outliers go") {
  test::Random random;
  CHECK(entropy_clip(histogram_of(uniform(random)), 127) == Approx(3.0).epsilon(0.02));
  std::vector<float> numbers = normal(random);
  for (int i = 0; i < 20; ++i)
    numbers.push_back(48.0f + static_cast<float>(i));
  const float clip = entropy_clip(histogram_of(numbers), 127);
  CHECK(clip > 2.5f);
  CHECK(clip < 8.5f);  // the search goes down to a sixteenth of the range, here 128
}
