// Every row of l2_normalize_channels against the reference, bit for bit, and the reference against
// l2_normalize and binary64.

#include "kernels/l2_normalize_channels/l2_normalize_channels.h"

#include "kernels/elementwise_case.h"
#include "kernels/l2_normalize/l2_normalize.h"
#include "kernels/rounding.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

std::vector<float> reference(std::int64_t channels, const std::vector<float>& input) {
  std::vector<float> output(input.size());
  reference_row(l2_normalize_channels_kernels())
      .run({input.data(), output.data(), channels}, 0, static_cast<std::int64_t>(input.size()) / channels);
  return output;
}

}  // namespace

TEST_CASE("every normalisation of channels equals the reference, whatever their number") {
  Random random;
  for (const std::int64_t channels : element_counts()) {
    for (const std::int64_t pixels : {1, 2, 3, 5, 8, 13}) {
      std::vector<float> input = any_floats(static_cast<std::size_t>(pixels * channels), random);
      // The last pixels are ordinary or zero: any bit patterns together are mostly infinite or NaN.
      for (std::size_t i = input.size() / 2; i < input.size(); ++i)
        input[i] = random.real(-1.0f, 1.0f) * static_cast<float>(i % 7 != 0);
      compare_rows<float, kTailPad>(
          l2_normalize_channels_kernels(), pixels, input.size(),
          [&](const L2NormalizeChannelsKernel& row, float* output, std::int64_t begin, std::int64_t end,
              const float* from) {
            row.run({from, output, channels}, begin, end);
          },
          input);
    }
  }
}

TEST_CASE("a pixel is normalised as a whole tensor is, to the bit") {
  Random random;
  for (const std::int64_t channels : element_counts()) {
    const std::vector<float> input = any_floats(static_cast<std::size_t>(3 * channels), random);
    std::vector<float> expected(input.size());
    for (std::int64_t pixel = 0; pixel < 3; ++pixel) {
      reference_row(l2_normalize_kernels())
          .run_f32(input.data() + pixel * channels, expected.data() + pixel * channels, channels);
    }
    CHECK(first_difference(reference(channels, input).data(), expected) == expected.size());
  }
}

TEST_CASE("pixels of length one are within their bound of binary64's") {
  Random random;
  for (const std::int64_t channels : {1, 3, 16, 64, 129, 512, 2048}) {
    std::vector<float> input(static_cast<std::size_t>(channels));
    for (float& x : input)
      x = random.real(-3.0f, 3.0f);
    const std::vector<float> output = reference(channels, input);
    double squares = 0;
    for (const float x : input)
      squares += static_cast<double>(x) * static_cast<double>(x);
    // Products and additions count half behind the root; then the reciprocal and the product with it.
    const double bound = kHigherOrder * kUnit * ((ordered_additions(channels) + 1) / 2 + 2);
    for (std::size_t c = 0; c < input.size(); ++c) {
      const double exact = static_cast<double>(input[c]) / std::sqrt(squares);
      CHECK(std::fabs(static_cast<double>(output[c]) - exact) <= bound * std::fabs(exact));
    }
  }
  CHECK(reference(2, {0.0f, 0.0f, 3.0f, 4.0f}) == std::vector<float>{0.0f, 0.0f, 0.6f, 0.8f});
}
