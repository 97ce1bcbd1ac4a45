// Every row of softmax against the reference, bit for bit, and the reference against binary64.

#include "kernels/softmax/softmax.h"

#include "kernels/activation/elementary.h"
#include "kernels/elementwise_case.h"
#include "kernels/rounding.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> reference(std::int64_t channels, const std::vector<float>& input) {
  std::vector<float> output(input.size());
  reference_row(softmax_kernels())
      .run({input.data(), output.data(), channels}, 0, static_cast<std::int64_t>(input.size()) / channels);
  return output;
}

void compare_softmax(std::int64_t channels, const std::vector<float>& input) {
  compare_rows<float, kTailPad>(
      softmax_kernels(), static_cast<std::int64_t>(input.size()) / channels, input.size(),
      [&](const SoftmaxKernel& row, float* output, std::int64_t begin, std::int64_t end, const float* from) {
        row.run({from, output, channels}, begin, end);
      },
      input);
}

}  // namespace

TEST_CASE("every softmax equals the reference, whatever the number of channels") {
  Random random;
  for (const std::int64_t channels : element_counts()) {
    for (const std::int64_t pixels : {1, 2, 3, 5, 8, 13}) {
      const auto size = static_cast<std::size_t>(pixels * channels);
      compare_softmax(channels, any_floats(size, random));
      std::vector<float> input(size);
      for (float& x : input)
        x = random.real(-60.0f, 60.0f);
      compare_softmax(channels, input);
    }
  }
}

TEST_CASE("shares are within their bound of binary64's") {
  Random random;
  double worst_share = 0;
  for (const std::int64_t channels : {1, 2, 16, 64, 129, 1000}) {
    for (const float range : {0.1f, 5.0f, 30.0f}) {
      std::vector<float> input(static_cast<std::size_t>(channels));
      for (float& x : input)
        x = random.real(-range, range);
      const std::vector<float> output = reference(channels, input);
      const auto largest = static_cast<double>(*std::max_element(input.begin(), input.end()));
      double sum = 0, error_of_sum = 0;
      // The difference is rounded, which exp makes a relative error of its size; then exp's own.
      const auto error_of_power = [&](float x) {
        return std::fabs(static_cast<double>(x) - largest) * kUnit + of_ulps(kExpUlps);
      };
      for (const float x : input) {
        const double power = std::exp(static_cast<double>(x) - largest);
        sum += power;
        error_of_sum += power * error_of_power(x);
      }
      const double of_sum = error_of_sum / sum + ordered_additions(channels) * kUnit;
      for (std::size_t c = 0; c < input.size(); ++c) {
        const double exact = std::exp(static_cast<double>(input[c]) - largest) / sum;
        const double bound = kHigherOrder * exact * (error_of_power(input[c]) + of_sum + 2 * kUnit);
        const double error = std::fabs(static_cast<double>(output[c]) - exact);
        CHECK(error <= bound);
        worst_share = std::max(worst_share, error / bound);
      }
    }
  }
  CHECK(worst_share > 0.2);  // the bound says something
}

TEST_CASE("softmax does not overflow, and has no shares where there is no largest number") {
  CHECK(reference(2, {3e38f, 3e38f}) == std::vector<float>{0.5f, 0.5f});
  CHECK(reference(3, {0.0f, -200.0f, -kInfinity}) == std::vector<float>{1.0f, 0.0f, 0.0f});
  CHECK(reference(1, {-7.0f}) == std::vector<float>{1.0f});
  for (const float x : {kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    const std::vector<float> output = reference(3, {1.0f, x, 2.0f});
    for (const float share : output)
      CHECK(std::isnan(share));
  }
  CHECK(std::isnan(reference(2, {-kInfinity, -kInfinity})[0]));
}
