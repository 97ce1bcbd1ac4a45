#include "quantize/weight_scale.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "support/random.h"

using namespace bitplace;

namespace {

double squared_error(const std::vector<float>& row, float scale, int largest_code) {
  double sum = 0.0;
  for (const float weight : row) {
    const double rounded = static_cast<double>(weight_code(weight, scale, largest_code)) * scale;
    sum += (weight - rounded) * (weight - rounded);
  }
  return sum;
}

float scale_of(const std::vector<float>& row, int largest_code, WeightScaleMethod method) {
  return weight_scale(row.data(), static_cast<std::int64_t>(row.size()), largest_code, method);
}

// About normal: the sum of a dozen uniform numbers.
std::vector<float> bell(std::size_t count, test::Random& random) {
  std::vector<float> row(count);
  for (float& weight : row) {
    for (int i = 0; i < 12; ++i)
      weight += random.real(-0.5f, 0.5f);
  }
  return row;
}

}  // namespace

TEST_CASE("max_abs maps the largest weight to the largest code") {
  const std::vector<float> row = {0.25f, -2.0f, 1.0f, 0.0f};
  const float scale = scale_of(row, 127, WeightScaleMethod::max_abs);
  CHECK(scale == 2.0f / 127.0f);
  CHECK(weight_code(-2.0f, scale, 127) == -127);
  CHECK(weight_code(1.0f, scale, 127) == 64);  // 63.5 is halfway: to the even one
  CHECK(weight_code(-3.0f, scale, 127) == -127);
}

TEST_CASE("weights that are codes times a step keep that step") {
  for (const int largest : {1, 7, 127}) {
    std::vector<float> row;
    for (int code = -largest; code <= largest; ++code)
      row.push_back(0.0371f * static_cast<float>(code));
    for (const auto method : {WeightScaleMethod::max_abs, WeightScaleMethod::smallest_error})
      CHECK(scale_of(row, largest, method) == Approx(0.0371f).epsilon(1e-6));
  }
}

TEST_CASE("no scale has a smaller error than the one of smallest error") {
  test::Random random;
  for (int trial = 0; trial < 20; ++trial) {
    const std::vector<float> row = bell(static_cast<std::size_t>(random.integer(1, 80)), random);
    const float best = scale_of(row, 7, WeightScaleMethod::smallest_error);
    const float widest = scale_of(row, 7, WeightScaleMethod::max_abs);
    const double error = squared_error(row, best, 7);
    for (int i = 1; i <= 4000; ++i) {
      const float other = widest * 1.2f * static_cast<float>(i) / 4000.0f;
      REQUIRE(error <= squared_error(row, other, 7) * (1.0 + 1e-5) + 1e-12);
    }
  }
}

TEST_CASE("an outlier saturates where that spares the many") {
  test::Random random;
  std::vector<float> row = bell(500, random);
  row.push_back(9.0f);
  const float best = scale_of(row, 7, WeightScaleMethod::smallest_error);
  const float widest = scale_of(row, 7, WeightScaleMethod::max_abs);
  CHECK(best < 0.75f * widest);
  CHECK(squared_error(row, best, 7) < 0.75 * squared_error(row, widest, 7));
}

TEST_CASE("rows without a size have the scale 1") {
  for (const auto method : {WeightScaleMethod::max_abs, WeightScaleMethod::smallest_error}) {
    CHECK(scale_of({0.0f, -0.0f, 0.0f}, 7, method) == 1.0f);
    CHECK(scale_of({1e-38f, -1e-39f}, 7, method) == 1.0f);
    CHECK(std::isnormal(scale_of({1e-29f}, 127, method)));
    CHECK(scale_of({3.0f}, 7, method) * 7.0f == Approx(method == WeightScaleMethod::max_abs ? 3.0f : 21.0f));
  }
}
