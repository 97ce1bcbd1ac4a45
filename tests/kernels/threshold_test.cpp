// Every row of threshold and pack_bits against the reference, bit for bit.

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

std::int32_t any_threshold(Random& random) {
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

void compare_threshold(std::int32_t channels, Random& random) {
  const std::size_t count = static_cast<std::size_t>(channels);
  std::vector<std::int32_t> threshold(count);
  std::vector<std::uint32_t> flip(words_of(channels), 0);
  std::vector<std::int32_t> input(count * kPixels);
  for (std::size_t c = 0; c < count; ++c) {
    threshold[c] = any_threshold(random);
    flip[c / 32] |= (random.bits() & 1) << (c % 32);
  }
  for (std::size_t i = 0; i < input.size(); ++i)
    input[i] = any_value(threshold[i % count], random);
  std::vector<std::uint32_t> expected(words_of(channels) * kPixels);
  const ThresholdCall reference_call = {kPixels,          channels,    input.data(),
                                        threshold.data(), flip.data(), expected.data()};
  reference_row(threshold_kernels()).run(reference_call, 0, kPixels);
  for (const ThresholdKernel* row : runnable_rows(threshold_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<std::int32_t> guarded(input, kTailPad, placement);
      const GuardedInput<std::int32_t> guarded_threshold(threshold, kTailPad, placement);
      const GuardedInput<std::uint32_t> guarded_flip(flip, kTailPad, placement);
      GuardedOutput<std::uint32_t> output(expected.size(), kTailPad, placement);
      const ThresholdCall call = {
          kPixels, channels, guarded.data(), guarded_threshold.data(), guarded_flip.data(), output.data()};
      row->run(call, 1, kPixels);
      row->run(call, 0, 1);
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
    compare_threshold(channels, random);
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
