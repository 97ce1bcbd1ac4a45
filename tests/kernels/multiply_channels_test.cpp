// Every row of multiply_channels against the reference, bit for bit, and the reference by hand.

#include "kernels/multiply_channels/multiply_channels.h"

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

using Run = void (*MultiplyChannelsKernel::*)(const MultiplyChannelsCall&, std::int64_t, std::int64_t);

std::vector<std::int64_t> channel_counts() {
  std::vector<std::int64_t> counts = element_counts();
  counts.insert(counts.end(), {96, 144, 240, 672});
  return counts;
}

template <typename T>
void compare_multiply(Run function, const MultiplyChannelsCall& numbers, const std::vector<T>& input,
                      const std::vector<T>& gate) {
  const auto channels = static_cast<std::int64_t>(gate.size());
  const std::int64_t pixels = static_cast<std::int64_t>(input.size()) / channels;
  const auto run = [&](const MultiplyChannelsKernel& row, T* output, std::int64_t begin, std::int64_t end,
                       const T* from, const T* from_gate) {
    MultiplyChannelsCall call = numbers;
    call.input = from;
    call.gate = from_gate;
    call.output = output;
    call.channels = channels;
    (row.*function)(call, begin, end);
  };
  compare_rows<T>(multiply_channels_kernels(), pixels, input.size(), run, input, gate);
  compare_in_place(multiply_channels_kernels(), pixels, input,
                   [&](const MultiplyChannelsKernel& row, T* tensor, std::int64_t begin, std::int64_t end) {
                     run(row, tensor, begin, end, tensor, gate.data());
                   });
}

constexpr std::size_t kPixels = 4;

}  // namespace

TEST_CASE("every s8 map times a gate equals the reference") {
  Random random;
  for (const std::int64_t channels : channel_counts()) {
    const auto size = static_cast<std::size_t>(channels);
    const std::vector<std::int8_t> input = any_codes(size * kPixels, random);
    const std::vector<std::int8_t> gate = any_codes(size, random);
    for (const float scale : {1.0f / 127.0f, 0.5f, 1e30f}) {
      compare_multiply(&MultiplyChannelsKernel::run_s8,
                       {nullptr, nullptr, nullptr, 0, scale, -127.0f, 127.0f}, input, gate);
      compare_multiply(&MultiplyChannelsKernel::run_s8, {nullptr, nullptr, nullptr, 0, scale, 0.0f, 7.0f},
                       input, gate);
    }
  }
}

TEST_CASE("every f32 map times a gate equals the reference, NaN and infinities included") {
  Random random;
  for (const std::int64_t channels : channel_counts()) {
    const auto size = static_cast<std::size_t>(channels);
    const std::vector<float> input = any_floats(size * kPixels, random);
    const std::vector<float> gate = any_floats(size, random);
    for (const float high : {kInfinity, 6.0f}) {
      compare_multiply(&MultiplyChannelsKernel::run_f32,
                       {nullptr, nullptr, nullptr, 0, 0, high == 6.0f ? 0.0f : -kInfinity, high}, input,
                       gate);
    }
  }
}

TEST_CASE("every f16 map times a gate equals the reference, NaN and infinities included") {
  Random random;
  for (const std::int64_t channels : channel_counts()) {
    const auto size = static_cast<std::size_t>(channels);
    const std::vector<std::uint16_t> input = any_halves(size * kPixels, random);
    const std::vector<std::uint16_t> gate = any_halves(size, random);
    compare_multiply(&MultiplyChannelsKernel::run_f16,
                     {nullptr, nullptr, nullptr, 0, 0, -kInfinity, kInfinity}, input, gate);
  }
}

TEST_CASE("gates of few channels and many pixels equal the reference") {
  Random random;
  for (const std::size_t channels : {1u, 3u, 24u, 40u, 100u, 300u}) {
    const std::vector<std::int8_t> codes = any_codes(channels * 601, random);
    const std::vector<float> floats = any_floats(channels * 601, random);
    compare_multiply(&MultiplyChannelsKernel::run_s8, {nullptr, nullptr, nullptr, 0, 0.01f, -127.0f, 127.0f},
                     codes, any_codes(channels, random));
    compare_multiply(&MultiplyChannelsKernel::run_f32,
                     {nullptr, nullptr, nullptr, 0, 0, -kInfinity, kInfinity}, floats,
                     any_floats(channels, random));
  }
}

TEST_CASE("a gate applies to its own channel of every pixel") {
  const std::int8_t input[] = {10, 20, 30, 40, -50, 127};
  const std::int8_t gate[] = {127, 64, 1};
  std::int8_t output[6];
  reference_row(multiply_channels_kernels())
      .run_s8({input, gate, output, 3, 1.0f / 128.0f, -127.0f, 127.0f}, 0, 2);
  // 9.92, 10, 0.23; 39.69, -25, 0.99
  CHECK(std::vector<int>(output, output + 6) == std::vector<int>{10, 10, 0, 40, -25, 1});
}
