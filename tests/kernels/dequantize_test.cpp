// Every row of dequantize against the reference, bit for bit, and the reference by hand.

#include "kernels/dequantize/dequantize.h"

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

void compare_channels(std::int64_t channels, std::int64_t pixels, bool with_bias, Random& random) {
  const auto size = static_cast<std::size_t>(channels);
  std::vector<std::int32_t> input(size * static_cast<std::size_t>(pixels));
  for (std::int32_t& x : input) {
    x = random.integer(0, 7) == 0   ? INT32_MIN
        : random.integer(0, 1) == 0 ? static_cast<std::int32_t>(random.bits())
                                    : static_cast<std::int32_t>(random.integer(-5000, 5000));
  }
  std::vector<float> scale(size);
  std::vector<float> bias(size);
  for (std::size_t c = 0; c < size; ++c) {
    scale[c] = random.real(-0.1f, 0.1f);
    bias[c] = random.real(-10.0f, 10.0f);
  }
  compare_rows<float>(
      dequantize_kernels(), pixels, input.size(),
      [&](const DequantizeKernel& row, float* output, std::int64_t begin, std::int64_t end,
          const std::int32_t* from, const float* from_scale, const float* from_bias) {
        row.run_s32_f32({from, output, from_scale, with_bias ? from_bias : nullptr, channels}, begin, end);
      },
      input, scale, bias);
}

}  // namespace

TEST_CASE("every s8 to f32 and f16 dequantization equals the reference") {
  Random random;
  for (const std::int64_t count : element_counts()) {
    const std::vector<std::int8_t> input = any_codes(static_cast<std::size_t>(count), random);
    for (const float scale : {0.037f, 1e4f, 1e-7f}) {
      compare_rows<float>(
          dequantize_kernels(), count, input.size(),
          [&](const DequantizeKernel& row, float* output, std::int64_t begin, std::int64_t end,
              const std::int8_t* from) {
            row.run_s8_f32({from, output, scale}, begin, end);
          },
          input);
      compare_rows<std::uint16_t>(
          dequantize_kernels(), count, input.size(),
          [&](const DequantizeKernel& row, std::uint16_t* output, std::int64_t begin, std::int64_t end,
              const std::int8_t* from) {
            row.run_s8_f16({from, output, scale}, begin, end);
          },
          input);
    }
  }
}

TEST_CASE("every s32 dequantization equals the reference with and without bias, never fused") {
  Random random;
  for (const std::int64_t channels : element_counts()) {
    compare_channels(channels, 4, true, random);
    compare_channels(channels, 4, false, random);
  }
  for (const std::int64_t channels : {1, 3, 24, 40, 300}) {
    compare_channels(channels, 601, true, random);
    compare_channels(channels, 601, false, random);
  }
}

TEST_CASE("s32 dequantization scales each channel and then adds its bias") {
  const std::int32_t input[] = {1, 2, -3, 4, 5, -6};
  const float scale[] = {0.5f, 1.0f, 2.0f};
  const float bias[] = {0.0f, 1.0f, -1.0f};
  float output[6];
  reference_row(dequantize_kernels()).run_s32_f32({input, output, scale, bias, 3}, 0, 2);
  CHECK(std::vector<float>(output, output + 6) == std::vector<float>{0.5f, 3.0f, -7.0f, 2.0f, 6.0f, -13.0f});
  reference_row(dequantize_kernels()).run_s32_f32({input, output, scale, nullptr, 3}, 0, 2);
  CHECK(std::vector<float>(output, output + 6) == std::vector<float>{0.5f, 2.0f, -6.0f, 2.0f, 5.0f, -12.0f});
}
