// Every row of layer_norm against the reference, bit for bit, and the reference against binary64.

#include "kernels/layer_norm/layer_norm.h"

#include "kernels/elementwise_case.h"
#include "kernels/rounding.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr float kEpsilon = 1e-6f;

std::vector<float> random_floats(std::size_t count, float low, float high, Random& random) {
  std::vector<float> values(count);
  for (float& value : values)
    value = random.real(low, high);
  return values;
}

void compare_layer_norm(std::int64_t channels, const std::vector<float>& input, Random& random) {
  const auto size = static_cast<std::size_t>(channels);
  compare_rows<float, kTailPad>(
      layer_norm_kernels(), static_cast<std::int64_t>(input.size()) / channels, input.size(),
      [&](const LayerNormKernel& row, float* output, std::int64_t begin, std::int64_t end, const float* from,
          const float* weight, const float* bias) {
        row.run({from, weight, bias, output, channels, kEpsilon}, begin, end);
      },
      input, random_floats(size, -2.0f, 2.0f, random), random_floats(size, -2.0f, 2.0f, random));
}

struct Number {
  double exact, error;
};

// The result and its largest error, to first order.
std::vector<Number> exact_layer_norm(const std::vector<float>& x, const std::vector<float>& weight,
                                     const std::vector<float>& bias) {
  const auto count = static_cast<double>(x.size());
  const double additions = ordered_additions(static_cast<std::int64_t>(x.size()));
  double sum = 0, magnitudes = 0;
  for (const float value : x) {
    sum += static_cast<double>(value);
    magnitudes += std::fabs(static_cast<double>(value));
  }
  const double mean = sum / count;
  const double of_mean = (additions + 1) * kUnit * magnitudes / count;
  double variance = 0, of_variance = 0;
  for (const float value : x) {
    const double difference = std::fabs(static_cast<double>(value) - mean);
    variance += difference * difference / count;
    of_variance += 2 * difference * (of_mean + kUnit * difference) / count + of_mean * of_mean / count;
  }
  of_variance += (additions + 2) * kUnit * variance;
  const double inside = variance + static_cast<double>(kEpsilon);
  const double of_scale = of_variance / inside / 2 + kUnit;
  std::vector<Number> numbers;
  for (std::size_t c = 0; c < x.size(); ++c) {
    const double difference = static_cast<double>(x[c]) - mean;
    const double factor = static_cast<double>(weight[c]) / std::sqrt(inside);
    const double product = difference * factor;
    const double exact = product + static_cast<double>(bias[c]);
    const double error = std::fabs(factor) * (of_mean + kUnit * std::fabs(difference)) +
                         std::fabs(product) * (of_scale + 2 * kUnit) + std::fabs(exact) * kUnit;
    numbers.push_back({exact, kHigherOrder * error});
  }
  return numbers;
}

}  // namespace

TEST_CASE("every layer normalisation equals the reference, whatever the number of channels") {
  Random random;
  for (const std::int64_t channels : element_counts()) {
    for (const std::int64_t pixels : {1, 2, 3, 5, 8, 13}) {
      const auto size = static_cast<std::size_t>(pixels * channels);
      compare_layer_norm(channels, any_floats(size, random), random);
      compare_layer_norm(channels, random_floats(size, -3.0f, 5.0f, random), random);
    }
  }
}

TEST_CASE("normalised pixels are within their bound of binary64's") {
  Random random;
  double worst_share = 0;
  for (const std::int64_t channels : {1, 2, 16, 64, 129, 384, 1000}) {
    for (const float offset : {0.0f, 10.0f}) {
      const auto size = static_cast<std::size_t>(channels);
      const std::vector<float> x = random_floats(size, offset - 1.0f, offset + 1.0f, random);
      const std::vector<float> weight = random_floats(size, -2.0f, 2.0f, random);
      const std::vector<float> bias = random_floats(size, -2.0f, 2.0f, random);
      std::vector<float> y(size);
      reference_row(layer_norm_kernels())
          .run({x.data(), weight.data(), bias.data(), y.data(), channels, kEpsilon}, 0, 1);
      const std::vector<Number> numbers = exact_layer_norm(x, weight, bias);
      for (std::size_t c = 0; c < size; ++c) {
        const double error = std::fabs(static_cast<double>(y[c]) - numbers[c].exact);
        INFO(channels << " channels around " << offset);
        CHECK(error <= numbers[c].error);
        worst_share = std::max(worst_share, error / numbers[c].error);
      }
    }
  }
  CHECK(worst_share > 0.2);  // the bound says something
}

TEST_CASE("a pixel of equal channels becomes the bias") {
  const std::vector<float> x(16, 0.75f), weight(16, 2.0f), bias(16, -0.5f);
  std::vector<float> y(16);
  reference_row(layer_norm_kernels())
      .run({x.data(), weight.data(), bias.data(), y.data(), 16, kEpsilon}, 0, 1);
  CHECK(y == bias);
}
