// Every row of gem_pool against the reference, bit for bit, and the reference against binary64.

#include "kernels/gem_pool/gem_pool.h"

#include "kernels/activation/elementary.h"
#include "kernels/elementwise_case.h"
#include "kernels/rounding.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

void compare_pools(std::int64_t pixels, std::int64_t channels, float p, float epsilon,
                   const std::vector<float>& input) {
  const auto run = [&](const GemPoolKernel& row, float* output, std::int64_t begin, std::int64_t end,
                       const float* from) {
    row.run({from, output, pixels, channels, p, epsilon}, begin, end);
  };
  INFO(pixels << " pixels, p = " << p);
  compare_rows<float, kTailPad>(gem_pool_kernels(), channels, static_cast<std::size_t>(channels), run, input);
}

std::vector<float> reference(std::int64_t pixels, std::int64_t channels, float p, float epsilon,
                             const std::vector<float>& input) {
  std::vector<float> output(static_cast<std::size_t>(channels));
  reference_row(gem_pool_kernels())
      .run({input.data(), output.data(), pixels, channels, p, epsilon}, 0, channels);
  return output;
}

struct Mean {
  double value, largest_relative_error;
};

Mean exact_mean(const std::vector<float>& x, float p, float epsilon) {
  const double exponent = static_cast<double>(p);
  double sum = 0, worst_power = 0;
  for (const float tap : x) {
    const double inside = static_cast<double>(std::max(tap, epsilon));
    sum += std::pow(inside, exponent);
    // log, the product with p, exp
    const double logarithm = std::fabs(exponent * std::log(inside));
    const double error = p == 3.0f ? 2 * kUnit : logarithm * (of_ulps(kLogUlps) + kUnit) + of_ulps(kExpUlps);
    worst_power = std::max(worst_power, error);
  }
  const auto count = static_cast<std::int64_t>(x.size());
  const double mean = sum / static_cast<double>(count);
  const double of_mean = worst_power + (ordered_additions(count) + 1) * kUnit;
  // log, 1 / p, their product, exp
  const double of_root =
      std::fabs(std::log(mean)) / exponent * (of_ulps(kLogUlps) + 2 * kUnit) + of_ulps(kExpUlps);
  return {std::pow(mean, 1 / exponent), kHigherOrder * (of_mean / exponent + of_root)};
}

}  // namespace

TEST_CASE("every generalized-mean pool equals the reference, whatever the numbers of channels and pixels") {
  Random random;
  for (const std::int64_t channels : element_counts()) {
    for (const std::int64_t pixels : {1, 2, 5, 16, 17, 31, 33, 49, 100}) {
      const auto input = any_floats(static_cast<std::size_t>(pixels * channels), random);
      for (const float p : {3.0f, 2.5f})
        compare_pools(pixels, channels, p, 1e-6f, input);
    }
  }
}

// One float of every 4099: the cubes are of all magnitudes too, subnormal and infinite ones included.
TEST_CASE("every generalized-mean pool of one pixel equals the reference over all floats, sampled densely") {
  std::vector<float> input;
  for (std::uint64_t bits = 0; bits <= 0xffff'ffffu; bits += 4099) {
    const auto word = static_cast<std::uint32_t>(bits);
    float value = 0;
    std::memcpy(&value, &word, 4);
    input.push_back(value);
  }
  const auto channels = static_cast<std::int64_t>(input.size());
  for (const float p : {0.5f, 1.0f, 3.0f})
    compare_pools(1, channels, p, std::numeric_limits<float>::min(), input);
}

TEST_CASE("generalized means of random maps are within their bound of binary64's") {
  Random random;
  double worst_share = 0;
  for (const std::int64_t pixels : {1, 7, 49, 100, 1000}) {
    for (const float p : {1.0f, 2.0f, 2.9f, 3.0f, 6.5f, 20.0f}) {
      std::vector<float> input(static_cast<std::size_t>(pixels) * 40);
      for (float& x : input)
        x = random.real(-1.0f, 4.0f);
      const std::vector<float> pooled = reference(pixels, 40, p, 1e-6f, input);
      for (std::size_t c = 0; c < 40; ++c) {
        std::vector<float> channel;
        for (std::size_t i = c; i < input.size(); i += 40)
          channel.push_back(input[i]);
        // Where nothing but epsilon is left, its power may leave binary32.
        if (*std::max_element(channel.begin(), channel.end()) < 0.1f) continue;
        const Mean exact = exact_mean(channel, p, 1e-6f);
        const double error = std::fabs(static_cast<double>(pooled[c]) - exact.value) / exact.value;
        INFO(pixels << " pixels, p = " << p << ", channel " << c);
        CHECK(error <= exact.largest_relative_error);
        worst_share = std::max(worst_share, error / exact.largest_relative_error);
      }
    }
  }
  CHECK(worst_share > 0.2);  // the bound says something
}

TEST_CASE("a generalized mean of equal numbers is that number, nearly, and of small ones epsilon") {
  for (const float x : {0.001f, 0.5f, 1.0f, 17.0f}) {
    for (const float p : {1.0f, 3.0f, 4.5f}) {
      CHECK(reference(49, 1, p, 1e-6f, std::vector<float>(49, x))[0] == Approx(x).epsilon(3e-6));
      CHECK(reference(49, 1, p, x, std::vector<float>(49, -1.0f))[0] == Approx(x).epsilon(3e-6));
    }
  }
}

TEST_CASE("generalized means keep infinities and NaN, and end where powers do") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(reference(3, 1, 3.0f, 1e-6f, {1.0f, kInfinity, 2.0f})[0] == kInfinity);
  CHECK(std::isnan(reference(3, 1, 3.0f, 1e-6f, {1.0f, nan, 2.0f})[0]));
  CHECK(std::isnan(reference(3, 1, 2.5f, 1e-6f, {1.0f, nan, 2.0f})[0]));
  CHECK(reference(2, 1, 64.0f, 1e-6f, {0.0f, 0.0f})[0] == 0.0f);
  CHECK(reference(2, 1, 64.0f, 1e-6f, {5.0f, 5.0f})[0] == kInfinity);
}
