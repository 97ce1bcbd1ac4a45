// Every row of threshold and pack_bits against the reference, bit for bit.

#include <cmath>
#include <limits>

#include "kernels/kernel_rows.h"
#include "kernels/pack_bits/pack_bits.h"
#include "kernels/threshold/threshold.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr std::int64_t kPixels = 3;

std::size_t words_of(std::int32_t channels) {
  return static_cast<std::size_t>((channels + 31) / 32);
}

std::int32_t any_threshold(Random& random, std::int32_t) {
  const std::int32_t special[] = {INT32_MIN, INT32_MIN + 1, -1, 0, 1, INT32_MAX - 1, INT32_MAX};
  return random.integer(0, 2) == 0 ? special[random.integer(0, 6)]
                                   : static_cast<std::int32_t>(random.integer(-1000, 1000));
}

// On the threshold, one beside it (modulo 2^32), or anywhere.
std::int32_t any_value(std::int32_t threshold, Random& random) {
  if (random.integer(0, 3) == 0) return static_cast<std::int32_t>(random.bits());
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(threshold) +
                                   static_cast<std::uint32_t>(random.integer(-1, 1)));
}

float any_float(Random& random) {
  using Limits = std::numeric_limits<float>;
  const float special[] = {0.0f,
                           -0.0f,
                           Limits::denorm_min(),
                           -Limits::denorm_min(),
                           Limits::infinity(),
                           -Limits::infinity(),
                           Limits::quiet_NaN(),
                           -Limits::quiet_NaN()};
  return random.integer(0, 1) == 0 ? special[random.integer(0, 7)] : random.real(-1.0f, 1.0f);
}

float any_threshold(Random& random, float) {
  using Limits = std::numeric_limits<float>;
  const float special[] = {Limits::infinity(),   -Limits::infinity(),   0.0f,
                           Limits::denorm_min(), -Limits::denorm_min(), Limits::max(),
                           Limits::lowest()};
  return random.integer(0, 2) == 0 ? special[random.integer(0, 6)] : random.real(-1.0f, 1.0f);
}

float any_value(float threshold, Random& random) {
  const std::int64_t kind = random.integer(0, 3);
  if (kind == 0) return any_float(random);
  if (kind == 1) return threshold;
  return std::nextafter(threshold, kind == 2 ? -HUGE_VALF : HUGE_VALF);
}

// The member of a row that runs these numbers.
template <typename Number>
void run_row(const ThresholdKernel& row, const ThresholdCall<Number>& call, std::int64_t begin,
             std::int64_t end) {
  if constexpr (std::is_same_v<Number, float>) {
    row.run_f32(call, begin, end);
  } else {
    row.run_s32(call, begin, end);
  }
}

template <typename Number>
void compare_threshold(std::int32_t channels, Random& random) {
  const std::size_t count = static_cast<std::size_t>(channels);
  std::vector<Number> threshold(count);
  std::vector<std::uint32_t> flip(words_of(channels), 0);
  std::vector<Number> input(count * kPixels);
  for (std::size_t c = 0; c < count; ++c) {
    threshold[c] = any_threshold(random, Number{});
    flip[c / 32] |= (random.bits() & 1) << (c % 32);
  }
  for (std::size_t i = 0; i < input.size(); ++i)
    input[i] = any_value(threshold[i % count], random);
  std::vector<std::uint32_t> expected(words_of(channels) * kPixels);
  run_row<Number>(reference_row(threshold_kernels()),
                  {channels, input.data(), threshold.data(), flip.data(), expected.data()}, 0, kPixels);
  for (const ThresholdKernel* row : runnable_rows(threshold_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<Number> guarded(input, kTailPad, placement);
      const GuardedInput<Number> guarded_threshold(threshold, kTailPad, placement);
      const GuardedInput<std::uint32_t> guarded_flip(flip, kTailPad, placement);
      GuardedOutput<std::uint32_t> output(expected.size(), kTailPad, placement);
      const ThresholdCall<Number> call = {channels, guarded.data(), guarded_threshold.data(),
                                          guarded_flip.data(), output.data()};
      run_row(*row, call, 1, kPixels);
      run_row(*row, call, 0, 1);
      INFO(row->name << " with " << channels << " channels");
      CHECK(output.holds(expected));
      CHECK(output.intact());
    }
  }
}

void compare_pack_bits(std::int32_t channels, Random& random) {
  std::vector<float> input(static_cast<std::size_t>(channels) * kPixels);
  for (float& x : input)
    x = any_float(random);
  std::vector<std::uint32_t> expected(words_of(channels) * kPixels);
  reference_row(pack_bits_kernels()).run({kPixels, channels, input.data(), expected.data()}, 0, kPixels);
  for (const PackBitsKernel* row : runnable_rows(pack_bits_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<float> guarded(input, kTailPad, placement);
      GuardedOutput<std::uint32_t> output(expected.size(), kTailPad, placement);
      const PackBitsCall call = {kPixels, channels, guarded.data(), output.data()};
      row->run(call, 1, kPixels);
      row->run(call, 0, 1);
      INFO(row->name << " with " << channels << " channels");
      CHECK(output.holds(expected));
      CHECK(output.intact());
    }
  }
}

}  // namespace

TEST_CASE("every threshold kernel equals the reference on and beside the threshold") {
  Random random;
  for (std::int32_t channels = 1; channels <= 132; ++channels)
    compare_threshold<std::int32_t>(channels, random);
}

TEST_CASE(
    "every threshold kernel equals the reference on and beside real thresholds, infinite ones and NaN") {
  Random random;
  for (std::int32_t channels = 1; channels <= 132; ++channels)
    compare_threshold<float>(channels, random);
}

TEST_CASE("a NaN is not below a threshold, and an infinite threshold makes a constant") {
  using Limits = std::numeric_limits<float>;
  constexpr float kInfinity = Limits::infinity(), kNan = Limits::quiet_NaN();
  const float values[] = {kNan, -kNan, 0.5f, -0.0f, -kInfinity, kInfinity, Limits::max()};
  const float thresholds[] = {kInfinity, 1.0f, 0.5f, 0.0f, -kInfinity, kInfinity, kInfinity};
  const KernelTable<ThresholdKernel> table = threshold_kernels();
  for (std::size_t i = 0; i < table.count; ++i) {
    if ((table.rows[i]->features & ~cpu_features()) != 0) continue;
    INFO(table.rows[i]->name);
    std::uint32_t word = ~0u;
    const std::uint32_t none = 0, all = 0x7fu;
    table.rows[i]->run_f32({7, values, thresholds, &none, &word}, 0, 1);
    CHECK(word == 0b1000000u);
    table.rows[i]->run_f32({7, values, thresholds, &all, &word}, 0, 1);
    CHECK(word == 0b0111111u);
  }
}

TEST_CASE("every bit-packing kernel equals the reference, NaN and negative zero included") {
  Random random;
  for (std::int32_t channels = 1; channels <= 132; ++channels)
    compare_pack_bits(channels, random);
}

TEST_CASE("negative zero and NaN of either sign pack to 0, the smallest negative number to 1") {
  using Limits = std::numeric_limits<float>;
  const float values[] = {-0.0f, Limits::quiet_NaN(), -Limits::quiet_NaN(), -Limits::denorm_min(),
                          Limits::denorm_min()};
  const KernelTable<PackBitsKernel> table = pack_bits_kernels();
  for (std::size_t i = 0; i < table.count; ++i) {
    if ((table.rows[i]->features & ~cpu_features()) != 0) continue;
    std::uint32_t word = ~0u;
    table.rows[i]->run({1, 5, values, &word}, 0, 1);
    INFO(table.rows[i]->name);
    CHECK(word == 0b01000u);
  }
}
