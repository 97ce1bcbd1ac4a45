// Comparing every row of an element-wise table with its reference.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/common/half.h"
#include "kernels/kernel_rows.h"
#include "support/random.h"

namespace bitplace::test {

inline constexpr std::uint16_t kHalfNan = 0x7e00;

// Which NaN a NaN is, is left open. 16-bit results are halves.
template <typename Integer>
Integer canonical(Integer x) {
  return x;
}
inline float canonical(float x) {
  return std::isnan(x) ? std::numeric_limits<float>::quiet_NaN() : x;
}
inline std::uint16_t canonical(std::uint16_t half) {
  return (half & 0x7fffu) > 0x7c00u ? kHalfNan : half;
}

// The index of the first difference, or the size where there is none. Bit for bit, so -0 is not 0.
template <typename T>
std::size_t first_difference(const T* values, const std::vector<T>& expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const T a = canonical(values[i]);
    const T b = canonical(expected[i]);
    if (std::memcmp(&a, &b, sizeof(T)) != 0) return i;
  }
  return expected.size();
}

// Runs the reference over [0, count) and every other row over two parts of it, the later one first, with
// output and inputs, which have kTail bytes that may be read, directly against pages that cannot be touched.
// `run` is
//   run(row, Out* output, begin, end, const In*... inputs)
template <typename Out, std::size_t kTail = 0, typename Row, typename Run, typename... In>
void compare_rows(KernelTable<Row> table, std::int64_t count, std::size_t outputs, Run run,
                  const std::vector<In>&... inputs) {
  std::vector<Out> expected(outputs);
  run(reference_row(table), expected.data(), std::int64_t{0}, count, inputs.data()...);
  for (const Row* row : runnable_rows(table)) {
    for (const Placement placement : kPlacements) {
      GuardedOutput<Out> output(outputs, 0, placement);
      const auto run_guarded = [&](const auto&... guarded) {
        run(*row, output.data(), count / 3, count, guarded.data()...);
        run(*row, output.data(), std::int64_t{0}, count / 3, guarded.data()...);
      };
      run_guarded(GuardedInput<In>(inputs, kTail, placement)...);
      INFO(row->name << " with " << count << " elements or pixels");
      CHECK(first_difference(output.data(), expected) == outputs);
      CHECK(output.intact());
    }
  }
}

// The same where the output is the input; `run` is run(row, T* tensor, begin, end).
template <typename T, typename Row, typename Run>
void compare_in_place(KernelTable<Row> table, std::int64_t count, const std::vector<T>& input, Run run) {
  std::vector<T> expected = input;
  run(reference_row(table), expected.data(), std::int64_t{0}, count);
  for (const Row* row : runnable_rows(table)) {
    std::vector<T> tensor = input;
    run(*row, tensor.data(), std::int64_t{0}, count);
    INFO(row->name << " in place with " << count << " elements or pixels");
    CHECK(first_difference(tensor.data(), expected) == expected.size());
  }
}

// Around every vector length and step, and one long one.
inline std::vector<std::int64_t> element_counts() {
  std::vector<std::int64_t> counts;
  for (std::int64_t count = 1; count <= 70; ++count)
    counts.push_back(count);
  counts.insert(counts.end(), {127, 128, 129, 191, 192, 193, 1000});
  return counts;
}

// Any float: a quarter are bit patterns of any kind, a quarter special, the others within +-10.
inline float any_float(Random& random) {
  using Limits = std::numeric_limits<float>;
  const float special[] = {0.0f,
                           -0.0f,
                           1.0f,
                           -1.0f,
                           3.0f,
                           -3.0f,
                           6.0f,
                           Limits::infinity(),
                           -Limits::infinity(),
                           Limits::quiet_NaN(),
                           Limits::denorm_min(),
                           -Limits::denorm_min(),
                           Limits::min(),
                           Limits::max(),
                           -Limits::max(),
                           65504.0f,
                           65519.0f,
                           65520.0f,
                           0x1p-14f,
                           0x1p-24f,
                           0x1p-25f};
  constexpr auto kLast = static_cast<std::int64_t>(sizeof(special) / sizeof(special[0])) - 1;
  const std::int64_t kind = random.integer(0, 3);
  if (kind == 0) return special[random.integer(0, kLast)];
  if (kind > 1) return random.real(-10.0f, 10.0f);
  const std::uint32_t bits = random.bits();
  float value = 0;
  std::memcpy(&value, &bits, 4);
  return value;
}

inline std::vector<float> any_floats(std::size_t count, Random& random) {
  std::vector<float> values(count);
  for (float& value : values)
    value = any_float(random);
  return values;
}

// Half of them bit patterns of any kind, the others within +-10.
inline std::vector<std::uint16_t> any_halves(std::size_t count, Random& random) {
  std::vector<std::uint16_t> values(count);
  for (std::uint16_t& value : values) {
    value = random.integer(0, 1) == 0 ? static_cast<std::uint16_t>(random.bits())
                                      : float_to_half(random.real(-10.0f, 10.0f));
  }
  return values;
}

// -128 included, although the engine's own codes do without it.
inline std::vector<std::int8_t> any_codes(std::size_t count, Random& random) {
  std::vector<std::int8_t> values(count);
  for (std::int8_t& value : values)
    value = static_cast<std::int8_t>(random.bits());
  return values;
}

}  // namespace bitplace::test
