#include "lowering/quantize_weights.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace bitplace;

namespace {

Tensor random_weights(const Shape& shape) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform(-2.0f, 3.0f);
  Tensor tensor{"weight", DataType::f32, shape, {}};
  tensor.data.resize(dense_bytes(DataType::f32, shape));
  for (std::int64_t i = 0; i < shape.elements(); ++i)
    tensor.as<float>()[i] = uniform(random);
  return tensor;
}

int largest_pair(const std::int8_t* codes, std::int64_t run) {
  int largest = 0;
  for (std::int64_t i = 0; i + 1 < run; i += 2) {
    const int one = codes[i], other = codes[i + 1];
    largest = std::max(largest, std::max(one, 0) + std::max(other, 0));
    largest = std::max(largest, -std::min(one, 0) - std::min(other, 0));
  }
  return largest;
}

struct WeightCodes {
  std::vector<float> scales;
  Tensor tensor;
};

WeightCodes quantized(const Tensor& weight, std::int64_t run) {
  const std::vector<float> scales = weight_scales(weight, Precision::int8, run);
  return {scales, quantize_weights(weight, Precision::int8, scales)};
}

}  // namespace

TEST_CASE("8-bit weights use all codes unless their pairs are limited") {
  const Tensor weight = random_weights(Shape(16, 3, 3, 5));
  const std::int64_t depth = 45, run = 15;
  const WeightCodes free = quantized(weight, 0);
  const WeightCodes limited = quantized(weight, run);
  int largest_of_free = 0;
  for (std::int64_t filter = 0; filter < 16; ++filter) {
    const auto f = static_cast<std::size_t>(filter);
    CHECK(limited.scales[f] >= free.scales[f]);
    CHECK(limited.scales[f] <= 2.0f * free.scales[f]);
    for (std::int64_t row = 0; row < 3; ++row) {
      const std::int64_t first = filter * depth + row * run;
      const auto* codes = limited.tensor.as<std::int8_t>() + first;
      const int largest = largest_pair(codes, run);
      CHECK(largest <= kLargestPair);
      largest_of_free = std::max(largest_of_free, largest_pair(free.tensor.as<std::int8_t>() + first, run));
      for (std::int64_t i = 0; i < run; ++i) {
        const float exact = weight.as<float>()[first + i];
        CHECK(std::abs(static_cast<float>(codes[i]) * limited.scales[f] - exact) <=
              0.5001f * limited.scales[f]);
      }
    }
  }
  CHECK(largest_of_free > kLargestPair);
}

TEST_CASE("pairs within their limit leave the scale as it is") {
  Tensor weight = random_weights(Shape(1, 1, 1, 6));
  const float row[] = {100.0f, -100.0f, 127.0f, 1.0f, -64.0f, -63.0f};
  std::copy(std::begin(row), std::end(row), weight.as<float>());
  const WeightCodes codes = quantized(weight, 6);
  CHECK(codes.scales[0] <= 1.0002f);
  CHECK(codes.tensor.as<std::int8_t>()[2] == 127);
}
