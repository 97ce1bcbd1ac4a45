#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "support/random.h"
#include "vprtrain/trained_networks.h"

using namespace bitplace;
using test::NumberType;
using test::QuantizerUse;

namespace {

using Numbers = std::vector<double>;

Numbers random_numbers(std::size_t count, double low, double high, test::Random* random) {
  Numbers numbers(count);
  for (double& x : numbers)
    x = low + (high - low) * static_cast<double>(random->integer(0, 1 << 20)) / (1 << 20);
  return numbers;
}

// Around every place where a quantizer or a gradient changes.
Numbers places() {
  Numbers x = {-3.0, -1.5, -1.0, -0.75, -0.5, -0.25, -0.05, -0.01, -0.0,
               0.0,  0.01, 0.05, 0.25,  0.5,  0.75,  1.0,   1.5,   3.0};
  const std::size_t count = x.size();
  for (std::size_t i = 0; i < count; ++i) {
    x.push_back(std::nextafter(x[i], 4.0));
    x.push_back(std::nextafter(x[i], -4.0));
  }
  return x;
}

test::QuantizerRun run(QuantizerUse use, const std::string& name, const Numbers& x, std::int64_t rows = 1) {
  return test::run_quantizer(use, name, x, Numbers(x.size(), 1.0), rows);
}

template <typename Value, typename Gradient>
void check(const test::QuantizerRun& run, const Numbers& x, Value value, Gradient gradient) {
  REQUIRE(run.known);
  for (std::size_t i = 0; i < x.size(); ++i) {
    INFO("x = " << x[i]);
    CHECK(run.values[i] == Approx(value(x[i])).margin(1e-15));
    CHECK(run.gradients[i] == Approx(gradient(x[i])).epsilon(1e-12).margin(1e-15));
  }
}

double sign(double x) {
  return x < 0.0 ? -1.0 : 1.0;
}

double inside_one(double x) {
  return std::fabs(x) <= 1.0 ? 1.0 : 0.0;
}

double approx_slope(double x) {
  return inside_one(x) * (2.0 - 2.0 * std::fabs(x));
}

double swish_slope(double x) {
  const double z = 5.0 * x;
  return 5.0 * (2.0 - z * std::tanh(z / 2.0)) / (1.0 + std::cosh(z));
}

double mean_magnitude(const double* x, std::size_t count) {
  return std::accumulate(x, x + count, 0.0, [](double sum, double value) { return sum + std::fabs(value); }) /
         static_cast<double>(count);
}

double half_even(double x) {
  return std::nearbyint(x);  // the default rounding
}

// By central differences.
Numbers gradient_of(const std::function<double(const Numbers&)>& function, Numbers x) {
  constexpr double kStep = 1e-6;
  Numbers gradient;
  for (double& place : x) {
    const double there = place;
    place = there + kStep;
    const double above = function(x);
    place = there - kStep;
    gradient.push_back((above - function(x)) / (2.0 * kStep));
    place = there;
  }
  return gradient;
}

}  // namespace

TEST_CASE("the signs are +1 from 0 on, and have the gradients that were published") {
  const Numbers x = places();
  for (const QuantizerUse use : {QuantizerUse::activations, QuantizerUse::weights}) {
    check(run(use, "ste_sign", x), x, sign, inside_one);
    check(run(use, "approx_sign", x), x, sign, approx_slope);
    check(run(use, "swish_sign", x), x, sign, swish_slope);
  }
}

TEST_CASE("the straight-through gradient ends behind 1 in every type of number") {
  const std::pair<NumberType, double> spacings[] = {
      {NumberType::f64, 0x1p-52}, {NumberType::f32, 0x1p-23}, {NumberType::bf16, 0x1p-7}};
  for (const auto& [type, spacing] : spacings) {
    const Numbers x = {-1.0 - spacing, -1.0, 1.0, 1.0 + spacing};
    const auto result = test::run_quantizer(QuantizerUse::activations, "ste_sign", x, {3, 5, 7, 9}, 1, type);
    CHECK(result.values == Numbers{-1, -1, 1, 1});
    CHECK(result.gradients == Numbers{0, 5, 7, 0});
  }
}

TEST_CASE("a magnitude-aware sign is each filter's mean magnitude, constant to the gradient") {
  test::Random random(3);
  const Numbers w = random_numbers(24, -1.5, 1.5, &random);
  const auto result = run(QuantizerUse::weights, "magnitude_aware_sign", w, 3);
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double scale = mean_magnitude(&w[i / 8 * 8], 8);
    CHECK(result.values[i] == Approx(scale * sign(w[i])));
    CHECK(result.gradients[i] == Approx(scale * inside_one(w[i])).margin(1e-15));
  }
}

TEST_CASE("a layer-scaled sign has one factor for all filters and passes the gradient") {
  test::Random random(4);
  const Numbers w = random_numbers(24, -1.5, 1.5, &random);
  const double scale = mean_magnitude(w.data(), w.size());
  const auto result = run(QuantizerUse::weights, "layer_scaled_sign", w, 3);
  check(
      result, w, [&](double x) { return scale * sign(x); }, [](double) { return 1.0; });
}

TEST_CASE("ternary values are 0 below the threshold") {
  const Numbers x = places();
  const auto ternary = [](double threshold) {
    return [threshold](double value) { return value >= threshold ? 1.0 : value <= -threshold ? -1.0 : 0.0; };
  };
  check(run(QuantizerUse::activations, "ste_tern", x), x, ternary(0.05), inside_one);
  check(run(QuantizerUse::weights, "ste_tern", x), x, ternary(0.05), inside_one);
  Numbers clipped = x;
  for (double& value : clipped)
    value = std::clamp(value, -1.0, 1.0);
  const double threshold = 0.7 * mean_magnitude(clipped.data(), clipped.size());
  check(run(QuantizerUse::weights, "adaptive_ste_tern", x), x, ternary(threshold), inside_one);
}

TEST_CASE("DoReFa activations are multiples of 1 / (2^k - 1) between 0 and 1, halves to even") {
  for (const int bits : {1, 2, 4, 8}) {
    const double n = (1 << bits) - 1;
    Numbers x = places();
    for (int i = 0; i <= 2 * (1 << bits); ++i)
      x.push_back(i / (2.0 * n));
    check(
        run(QuantizerUse::activations, "dorefa_" + std::to_string(bits), x), x,
        [n](double value) { return half_even(std::clamp(value, 0.0, 1.0) * n) / n; },
        [](double value) { return value >= 0.0 && value <= 1.0 ? 1.0 : 0.0; });
  }
}

TEST_CASE("DoReFa weights of 2 bits are -1, -1/3, 1/3, 1, by thirds of the largest tanh") {
  const double largest = std::tanh(2.0), third = std::atanh(2.0 / 3.0 * largest);
  const Numbers w = {-2.0, -1.001 * third, -0.999 * third, -1e-9, 0.0, 0.999 * third, 1.001 * third, 1.5};
  const auto result = run(QuantizerUse::weights, "dorefa_2", w);
  const Numbers expected = {-1.0, -1.0, -1.0 / 3, -1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0, 1.0};
  for (std::size_t i = 0; i < w.size(); ++i)
    CHECK(result.values[i] == Approx(expected[i]));
  const auto zeros = run(QuantizerUse::weights, "dorefa_2", {0.0, 0.0});
  CHECK(zeros.values[0] == Approx(1.0 / 3));
  CHECK(std::isfinite(zeros.gradients[0]));
}

TEST_CASE("the gradient of DoReFa weights is that of their formula without the rounding") {
  test::Random random(5);
  const Numbers w = random_numbers(12, -2.0, 2.0, &random), upstream = random_numbers(12, -1.0, 1.0, &random);
  const auto unrounded = [&](const Numbers& weights) {
    double largest = 0.0, sum = 0.0;
    for (const double x : weights)
      largest = std::max(largest, std::fabs(std::tanh(x)));
    for (std::size_t i = 0; i < weights.size(); ++i)
      sum += upstream[i] * std::tanh(weights[i]) / largest;
    return sum;
  };
  const Numbers expected = gradient_of(unrounded, w);
  const auto result = test::run_quantizer(QuantizerUse::weights, "dorefa_2", w, upstream);
  for (std::size_t i = 0; i < w.size(); ++i)
    CHECK(result.gradients[i] == Approx(expected[i]).epsilon(1e-6).margin(1e-8));
}

TEST_CASE("a level sign has 2^k levels of odd multiples, its steps at multiples of 1 / 2^(k - 1)") {
  for (const int bits : {2, 4, 8}) {
    const double half = 1 << (bits - 1), highest = 2 * half - 1;
    Numbers x = places();
    for (double boundary = -half; boundary <= half; ++boundary) {
      x.push_back(boundary / half);
      x.push_back(boundary / half + 0.25 / half);
    }
    const auto level = [&](double value) {
      const double code = half_even(std::clamp(half - 0.5 - half * value, 0.0, highest));
      return (highest - 2.0 * code) / highest;
    };
    for (const QuantizerUse use : {QuantizerUse::activations, QuantizerUse::weights})
      check(run(use, "level_sign_" + std::to_string(bits), x), x, level, inside_one);
    CHECK(
        run(QuantizerUse::weights, "level_sign_" + std::to_string(bits), {1.0, -1.0, 0.1 / half, -0.1 / half})
            .values == Numbers{1.0, -1.0, 1.0 / highest, -1.0 / highest});
  }
}

TEST_CASE("hard tanh is clipped at 1, and leaky tanh goes on with a slope of 0.2") {
  const Numbers x = places();
  const auto clip = [](double value) { return std::clamp(value, -1.0, 1.0); };
  check(run(QuantizerUse::activations, "hard_tanh", x), x, clip, inside_one);
  check(
      run(QuantizerUse::activations, "leaky_tanh", x), x,
      [&](double value) { return clip(value) + 0.2 * (value - clip(value)); },
      [](double value) { return std::fabs(value) <= 1.0 ? 1.0 : 0.2; });
}

TEST_CASE("quantizers go by names, and nothing else") {
  for (const QuantizerUse use : {QuantizerUse::activations, QuantizerUse::weights}) {
    for (const std::string& name : test::quantizer_names(use))
      CHECK(run(use, name, {0.5, -0.25}).known);
    CHECK_FALSE(run(use, "ste", {0.5}).known);
    CHECK_FALSE(run(use, "", {0.5}).known);
  }
  CHECK_FALSE(run(QuantizerUse::activations, "magnitude_aware_sign", {0.5}).known);
  CHECK(run(QuantizerUse::activations, "none", {0.3}).values == Numbers{0.3});
}
