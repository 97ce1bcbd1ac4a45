// Every row of add against the reference, bit for bit, and the reference against numbers worked out by hand.

#include "kernels/add/add.h"

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Clamp {
  float low, high;
};
constexpr Clamp kFloatClamps[] = {{-kInfinity, kInfinity}, {0.0f, kInfinity}, {0.0f, 6.0f}};

using Run = void (*AddKernel::*)(const AddCall&, std::int64_t, std::int64_t);

template <typename T>
void compare_add(Run function, const AddCall& numbers, const std::vector<T>& a, const std::vector<T>& b) {
  const auto count = static_cast<std::int64_t>(a.size());
  const auto run = [&](const AddKernel& row, T* output, std::int64_t begin, std::int64_t end, const T* from_a,
                       const T* from_b) {
    AddCall call = numbers;
    call.a = from_a;
    call.b = from_b;
    call.output = output;
    (row.*function)(call, begin, end);
  };
  compare_rows<T>(add_kernels(), count, a.size(), run, a, b);
  compare_in_place(add_kernels(), count, a,
                   [&](const AddKernel& row, T* tensor, std::int64_t begin, std::int64_t end) {
                     run(row, tensor, begin, end, tensor, b.data());
                   });
}

}  // namespace

TEST_CASE("every s8 addition equals the reference, ties and clamps included") {
  Random random;
  for (const std::int64_t count : element_counts()) {
    const auto size = static_cast<std::size_t>(count);
    const std::vector<std::int8_t> a = any_codes(size, random);
    const std::vector<std::int8_t> b = any_codes(size, random);
    for (const float scale : {0.5f, 0.37f, 1.0f, 1e30f, -0.25f}) {
      for (const Clamp clamp : {Clamp{-127.0f, 127.0f}, Clamp{0.0f, 127.0f}, Clamp{-7.0f, 7.0f}})
        compare_add(&AddKernel::run_s8, {nullptr, nullptr, nullptr, scale, 0.5f, clamp.low, clamp.high}, a,
                    b);
    }
  }
}

TEST_CASE("every f32 addition equals the reference, NaN, infinities and signed zeros included") {
  Random random;
  for (const std::int64_t count : element_counts()) {
    const auto size = static_cast<std::size_t>(count);
    const std::vector<float> a = any_floats(size, random);
    const std::vector<float> b = any_floats(size, random);
    for (const Clamp clamp : kFloatClamps)
      compare_add(&AddKernel::run_f32, {nullptr, nullptr, nullptr, 0, 0, clamp.low, clamp.high}, a, b);
  }
}

TEST_CASE("every f16 addition equals the reference, NaN, infinities and signed zeros included") {
  Random random;
  for (const std::int64_t count : element_counts()) {
    const auto size = static_cast<std::size_t>(count);
    const std::vector<std::uint16_t> a = any_halves(size, random);
    const std::vector<std::uint16_t> b = any_halves(size, random);
    for (const Clamp clamp : kFloatClamps)
      compare_add(&AddKernel::run_f16, {nullptr, nullptr, nullptr, 0, 0, clamp.low, clamp.high}, a, b);
  }
}

TEST_CASE("s8 addition scales both sides, rounds halves to even and clamps") {
  const std::int8_t a[] = {1, 2, 3, -1, 127, -127, 10};
  const std::int8_t b[] = {0, 1, 0, 0, 127, -127, -30};
  std::int8_t output[7];
  const KernelTable<AddKernel> table = add_kernels();
  reference_row(table).run_s8({a, b, output, 0.5f, 2.0f, -127.0f, 127.0f}, 0, 7);
  CHECK(std::vector<int>(output, output + 7) == std::vector<int>{0, 3, 2, 0, 127, -127, -55});
  reference_row(table).run_s8({a, b, output, 0.5f, 2.0f, 0.0f, 100.0f}, 0, 7);
  CHECK(std::vector<int>(output, output + 7) == std::vector<int>{0, 3, 2, 0, 100, 0, 0});
}

TEST_CASE("f32 addition clamps to ReLU6 and lets a NaN through") {
  const float a[] = {1.0f, -3.0f, 4.0f, kInfinity};
  const float b[] = {1.5f, 1.0f, 4.0f, -kInfinity};
  float output[4];
  reference_row(add_kernels()).run_f32({a, b, output, 0, 0, 0.0f, 6.0f}, 0, 4);
  CHECK(std::vector<float>(output, output + 3) == std::vector<float>{2.5f, 0.0f, 6.0f});
  CHECK(std::isnan(output[3]));
}
