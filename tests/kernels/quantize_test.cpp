// Every row of quantize and l2_normalize against the reference, bit for bit. Their output may be the user's
// memory: nothing behind it is touched, nor behind the input.

#include "kernels/quantize/quantize.h"

#include <cmath>
#include <limits>

#include "kernels/common/half.h"
#include "kernels/kernel_rows.h"
#include "kernels/l2_normalize/l2_normalize.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Limits = std::numeric_limits<float>;

std::vector<std::size_t> sizes() {
  std::vector<std::size_t> all;
  for (std::size_t size = 1; size <= 70; ++size)
    all.push_back(size);
  all.insert(all.end(), {127, 128, 129, 1000, 9216});
  return all;
}

// Halves that round to even, the clamp's ends, what does not fit an integer, and what is no number.
float any_scaled(Random& random) {
  const float special[] = {0.5f,
                           1.5f,
                           2.5f,
                           -0.5f,
                           -1.5f,
                           -2.5f,
                           126.5f,
                           -126.5f,
                           127.0f,
                           -127.0f,
                           127.5f,
                           -127.5f,
                           128.0f,
                           1e30f,
                           -1e30f,
                           0.0f,
                           -0.0f,
                           Limits::infinity(),
                           -Limits::infinity(),
                           Limits::quiet_NaN(),
                           Limits::denorm_min(),
                           0.49999997f,
                           2147483648.0f,
                           -2147483648.0f};
  constexpr auto kLast = static_cast<std::int64_t>(sizeof(special) / sizeof(special[0])) - 1;
  return random.integer(0, 1) == 0 ? special[random.integer(0, kLast)] : random.real(-140.0f, 140.0f);
}

std::int32_t any_s32(std::int32_t limit, Random& random) {
  const std::int32_t special[] = {0, 1, -1, limit, -limit};
  return random.integer(0, 3) == 0 ? special[random.integer(0, 4)]
                                   : static_cast<std::int32_t>(random.integer(-limit, limit));
}

template <typename T>
void compare_quantize(void (*QuantizeKernel::*function)(const QuantizeCall&, std::int64_t, std::int64_t),
                      const std::vector<T>& input, float scale, float low, float high) {
  const auto count = static_cast<std::int64_t>(input.size());
  const auto run = [&](const QuantizeKernel& row, const T* from, std::int8_t* to) {
    const QuantizeCall call = {from, to, scale, low, high};
    (row.*function)(call, count / 3, count);
    (row.*function)(call, 0, count / 3);
  };
  std::vector<std::int8_t> expected(input.size());
  run(reference_row(quantize_kernels()), input.data(), expected.data());
  for (const QuantizeKernel* row : runnable_rows(quantize_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<T> guarded(input, 0, placement);
      GuardedOutput<std::int8_t> output(input.size(), 0, placement);
      run(*row, guarded.data(), output.data());
      INFO(row->name << " with " << count << " elements, scale " << scale << ", clamped to " << low << " and "
                     << high);
      CHECK(output.holds(expected));
      CHECK(output.intact());
    }
  }
}

void compare_unsigned(const std::vector<float>& input, float scale, float high) {
  const auto count = static_cast<std::int64_t>(input.size());
  const auto run = [&](const QuantizeKernel& row, const float* from, std::uint8_t* to) {
    const UnsignedQuantizeCall call = {from, to, scale, high};
    row.run_unsigned(call, count / 3, count);
    row.run_unsigned(call, 0, count / 3);
  };
  std::vector<std::uint8_t> expected(input.size());
  run(reference_row(quantize_kernels()), input.data(), expected.data());
  for (const QuantizeKernel* row : runnable_rows(quantize_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<float> guarded(input, 0, placement);
      GuardedOutput<std::uint8_t> output(input.size(), 0, placement);
      run(*row, guarded.data(), output.data());
      INFO(row->name << " with " << count << " elements, scale " << scale << ", clamped to " << high);
      CHECK(output.holds(expected));
      CHECK(output.intact());
    }
  }
}

template <typename T, typename Run>
void compare_normalize(const std::vector<T>& input, Run run) {
  std::vector<float> expected(input.size());
  run(reference_row(l2_normalize_kernels()), input.data(), expected.data());
  for (const L2NormalizeKernel* row : runnable_rows(l2_normalize_kernels())) {
    for (const Placement placement : kPlacements) {
      const GuardedInput<T> guarded(input, 0, placement);
      GuardedOutput<float> output(input.size(), 0, placement);
      run(*row, guarded.data(), output.data());
      INFO(row->name << " with " << input.size() << " elements");
      CHECK(output.holds(expected));
      CHECK(output.intact());
    }
  }
}

void compare_normalize_s32(const std::vector<std::int32_t>& input) {
  compare_normalize(input, [&](const L2NormalizeKernel& row, const std::int32_t* from, float* to) {
    row.run_s32(from, to, static_cast<std::int64_t>(input.size()));
  });
}

void compare_normalize_f32(const std::vector<float>& input) {
  compare_normalize(input, [&](const L2NormalizeKernel& row, const float* from, float* to) {
    row.run_f32(from, to, static_cast<std::int64_t>(input.size()));
  });
}

}  // namespace

TEST_CASE("every quantize kernel equals the reference on f32, ties, infinities and NaN included") {
  Random random;
  for (const std::size_t size : sizes()) {
    std::vector<float> input(size);
    for (float& x : input)
      x = any_scaled(random);
    for (const float scale : {1.0f, 0.37f, Limits::infinity(), 1e38f}) {
      compare_quantize(&QuantizeKernel::run_f32, input, scale, -127.0f, 127.0f);
      compare_quantize(&QuantizeKernel::run_f32, input, scale, -7.0f, 7.0f);
    }
  }
}

TEST_CASE("every quantize kernel equals the reference on s32, the ends of the type included") {
  Random random;
  for (const std::size_t size : sizes()) {
    std::vector<std::int32_t> input(size);
    for (std::int32_t& x : input)
      x = random.integer(0, 9) == 0 ? INT32_MIN
                                    : any_s32(random.integer(0, 1) == 0 ? 300 : INT32_MAX, random);
    for (const float scale : {0.5f, 0.37f, 0.0f, 1e38f}) {
      compare_quantize(&QuantizeKernel::run_s32, input, scale, -127.0f, 127.0f);
      compare_quantize(&QuantizeKernel::run_s32, input, scale, 0.0f, 127.0f);
    }
  }
}

TEST_CASE("every quantize kernel equals the reference on f16, ties, infinities and NaN included") {
  Random random;
  for (const std::size_t size : sizes()) {
    std::vector<std::uint16_t> input(size);
    for (std::uint16_t& x : input)
      x = random.integer(0, 3) == 0 ? static_cast<std::uint16_t>(random.bits())
                                    : float_to_half(any_scaled(random));
    for (const float scale : {1.0f, 0.37f, 1e38f})
      compare_quantize(&QuantizeKernel::run_f16, input, scale, -127.0f, 127.0f);
  }
}

TEST_CASE("quantize rounds halves to even, clamps to 127 and gives 0 for NaN") {
  const float input[] = {0.5f, 1.5f, -2.5f, 300.0f, -Limits::infinity(), Limits::quiet_NaN()};
  const KernelTable<QuantizeKernel> table = quantize_kernels();
  for (std::size_t i = 0; i < table.count; ++i) {
    if ((table.rows[i]->features & ~cpu_features()) != 0) continue;
    std::int8_t codes[6] = {};
    table.rows[i]->run_f32({input, codes, 1.0f}, 0, 6);
    INFO(table.rows[i]->name);
    CHECK(std::vector<int>(codes, codes + 6) == std::vector<int>{0, 2, -2, 127, -127, 0});
    table.rows[i]->run_f32({input, codes, 2.0f, -4.0f, 7.0f}, 0, 6);
    CHECK(std::vector<int>(codes, codes + 6) == std::vector<int>{1, 3, -4, 7, -4, 0});
  }
}

TEST_CASE("every quantize kernel equals the reference on codes without a sign") {
  Random random;
  for (const std::size_t size : sizes()) {
    std::vector<float> input(size);
    for (float& x : input)
      x = any_scaled(random);
    for (const float scale : {1.0f, 2.0f, 0.37f, Limits::infinity(), 1e38f}) {
      compare_unsigned(input, scale, 255.0f);
      compare_unsigned(input, scale, 200.0f);
    }
  }
}

TEST_CASE("codes without a sign round halves to even, clamp to 0 and 255 and are 0 for NaN") {
  const float input[] = {0.5f, 1.5f, 128.5f, 254.5f, 300.0f, -3.0f, -Limits::infinity(), Limits::quiet_NaN()};
  const KernelTable<QuantizeKernel> table = quantize_kernels();
  for (std::size_t i = 0; i < table.count; ++i) {
    if ((table.rows[i]->features & ~cpu_features()) != 0) continue;
    std::uint8_t codes[8] = {};
    table.rows[i]->run_unsigned({input, codes, 1.0f}, 0, 8);
    INFO(table.rows[i]->name);
    CHECK(std::vector<int>(codes, codes + 8) == std::vector<int>{0, 2, 128, 254, 255, 0, 0, 0});
  }
}

TEST_CASE("every l2_normalize kernel equals the reference on s32") {
  Random random;
  for (const std::size_t size : sizes()) {
    std::vector<std::int32_t> input(size);
    // The largest value whose squares still sum to less than 2^63 over 9216 elements.
    for (const std::int32_t limit : {2304, 31000000}) {
      for (std::int32_t& x : input)
        x = any_s32(limit, random);
      compare_normalize_s32(input);
    }
    compare_normalize_s32(std::vector<std::int32_t>(size, 0));
  }
}

TEST_CASE("every l2_normalize kernel equals the reference on f32, where the order of additions shows") {
  Random random;
  for (const std::size_t size : sizes()) {
    std::vector<float> input(size);
    for (const float range : {1.0f, 1e-30f, 1e18f}) {
      for (float& x : input)
        x = random.real(-range, range) * std::exp2(random.real(0.0f, 6.0f));
      compare_normalize_f32(input);
    }
    compare_normalize_f32(std::vector<float>(size, -0.0f));
  }
}

TEST_CASE("a vector of ones gets the length one") {
  const std::vector<float> ones(16, 1.0f);
  const KernelTable<L2NormalizeKernel> table = l2_normalize_kernels();
  for (std::size_t i = 0; i < table.count; ++i) {
    if ((table.rows[i]->features & ~cpu_features()) != 0) continue;
    std::vector<float> output(16);
    table.rows[i]->run_f32(ones.data(), output.data(), 16);
    INFO(table.rows[i]->name);
    CHECK(output == std::vector<float>(16, 0.25f));
  }
}
