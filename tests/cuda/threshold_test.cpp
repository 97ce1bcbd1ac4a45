// Thresholds by the phases of the device's kernel against the reference on the CPU.

#include "cuda/threshold/threshold.h"

#include "cuda/device_case.h"
#include "kernels/pack_bits/pack_bits.h"
#include "kernels/threshold/threshold.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

void run_reference(const ThresholdCall<std::int32_t>& call, std::int64_t pixels) {
  reference_row(threshold_kernels()).run_s32(call, 0, pixels);
}
void run_reference(const ThresholdCall<float>& call, std::int64_t pixels) {
  reference_row(threshold_kernels()).run_f32(call, 0, pixels);
}

template <typename Number>
void compare(const cuda::DeviceKernel& kernel, std::int64_t pixels, std::int32_t channels, Random& random) {
  const auto count = static_cast<std::size_t>(channels);
  const std::size_t words = (count + 31) / 32;
  std::vector<Number> threshold(count), input(count * static_cast<std::size_t>(pixels));
  std::vector<std::uint32_t> flip(words, 0);
  for (std::size_t c = 0; c < count; ++c) {
    threshold[c] = static_cast<Number>(random.integer(-3, 3));
    flip[c / 32] |= (random.bits() & 1u) << (c % 32);
  }
  for (Number& x : input)
    x = static_cast<Number>(random.integer(-4, 4));
  if constexpr (std::is_same_v<Number, float>) input[0] = std::numeric_limits<float>::quiet_NaN();
  std::vector<std::uint32_t> expected(words * static_cast<std::size_t>(pixels));
  run_reference({channels, input.data(), threshold.data(), flip.data(), expected.data()}, pixels);
  for (const Placement placement : kPlacements) {
    const GuardedInput<Number> guarded(input, 0, placement), guarded_threshold(threshold, 0, placement);
    const GuardedInput<std::uint32_t> guarded_flip(flip, 0, placement);
    for (const cuda::ThreadOrder order : {cuda::ThreadOrder::rising, cuda::ThreadOrder::falling}) {
      GuardedOutput<std::uint32_t> output(expected.size(), 0, placement);
      const cuda::ThresholdParameters<Number> parameters = {
          pixels, channels, guarded.data(), guarded_threshold.data(), guarded_flip.data(), output.data()};
      emulate(kernel, &parameters, order);
      INFO(kernel.name << " with " << pixels << " pixels of " << channels << " channels");
      CHECK(output.holds(expected));
      CHECK(output.intact());
    }
  }
}

}  // namespace

TEST_CASE("thresholds on the device equal the reference, at every tail of words and blocks") {
  Random random;
  for (const std::int32_t channels : {1, 3, 31, 32, 33, 64, 96, 100, 512}) {
    for (const std::int64_t pixels : {1, 2, 7, 33}) {
      compare<std::int32_t>(cuda::threshold_s32__ballot, pixels, channels, random);
      compare<float>(cuda::threshold_f32__ballot, pixels, channels, random);
    }
  }
}

TEST_CASE("packing to bits on the device equals the reference, NaN and -0 included") {
  Random random;
  for (const std::int32_t channels : {1, 32, 45, 96}) {
    for (const std::int64_t pixels : {1, 5, 40}) {
      const auto input = any_floats(static_cast<std::size_t>(channels * pixels), random);
      std::vector<std::uint32_t> expected(static_cast<std::size_t>((channels + 31) / 32 * pixels));
      reference_row(pack_bits_kernels()).run({pixels, channels, input.data(), expected.data()}, 0, pixels);
      check_kernel(
          cuda::pack_bits__ballot, expected,
          [&](std::uint32_t* output, const float* x) {
            return cuda::ThresholdParameters<float>{pixels, channels, x, nullptr, nullptr, output};
          },
          input);
    }
  }
}
