// Every row of activation against the reference, bit for bit, and the reference at its special points.

#include "kernels/activation/activation.h"

#include "kernels/elementwise_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

using Run = void (*ActivationKernel::*)(const ActivationCall&, std::int64_t, std::int64_t);

template <typename T>
void compare_activation(Run function, int kind, float alpha, const std::vector<T>& input) {
  const auto run = [&](const ActivationKernel& row, T* output, std::int64_t begin, std::int64_t end,
                       const T* from) {
    (row.*function)({static_cast<ActivationKind>(kind), alpha, from, output}, begin, end);
  };
  const auto count = static_cast<std::int64_t>(input.size());
  INFO("kind " << kind << ", alpha " << alpha);
  compare_rows<T>(activation_kernels(), count, input.size(), run, input);
  compare_in_place(activation_kernels(), count, input,
                   [&](const ActivationKernel& row, T* tensor, std::int64_t begin, std::int64_t end) {
                     run(row, tensor, begin, end, tensor);
                   });
}

float reference(ActivationKind kind, float x, float alpha = 0.0f) {
  float y = 0;
  reference_row(activation_kernels()).run_f32({kind, alpha, &x, &y}, 0, 1);
  return y;
}

bool is_minus_zero(float x) {
  return x == 0 && std::signbit(x);
}

}  // namespace

TEST_CASE("every f32 activation equals the reference, whatever the length") {
  Random random;
  for (int kind = 0; kind < kActivationKinds; ++kind) {
    for (const std::int64_t count : element_counts())
      compare_activation(&ActivationKernel::run_f32, kind, 0.2f,
                         any_floats(static_cast<std::size_t>(count), random));
  }
}

// One float of every 4099, through all exponents, both signs and all NaNs.
TEST_CASE("every f32 activation equals the reference over all floats, sampled densely") {
  std::vector<float> input;
  for (std::uint64_t bits = 0; bits <= 0xffff'ffffu; bits += 4099) {
    const auto word = static_cast<std::uint32_t>(bits);
    float value = 0;
    std::memcpy(&value, &word, 4);
    input.push_back(value);
  }
  for (int kind = 0; kind < kActivationKinds; ++kind)
    compare_activation(&ActivationKernel::run_f32, kind, 0.2f, input);
}

TEST_CASE("every f16 activation equals the reference on all halves") {
  Random random;
  std::vector<std::uint16_t> halves(65536);
  for (std::size_t i = 0; i < halves.size(); ++i)
    halves[i] = static_cast<std::uint16_t>(i);
  for (int kind = 0; kind < kActivationKinds; ++kind) {
    compare_activation(&ActivationKernel::run_f16, kind, -0.3f, halves);
    for (const std::size_t count : {1u, 15u, 33u, 65u})
      compare_activation(&ActivationKernel::run_f16, kind, 0.2f, any_halves(count, random));
  }
}

TEST_CASE("activations of bounded pieces of lines have their values") {
  using Kind = ActivationKind;
  CHECK(reference(Kind::relu, -2.0f) == 0.0f);
  CHECK(reference(Kind::relu, 2.5f) == 2.5f);
  CHECK(is_minus_zero(reference(Kind::relu, -0.0f)));
  CHECK(reference(Kind::relu6, 7.0f) == 6.0f);
  CHECK(reference(Kind::hard_tanh, -1.5f) == -1.0f);
  CHECK(reference(Kind::hard_tanh, 0.25f) == 0.25f);
  CHECK(reference(Kind::leaky_tanh, 0.75f, 0.2f) == 0.75f);
  CHECK(reference(Kind::leaky_tanh, 3.0f, 0.25f) == 1.5f);
  CHECK(reference(Kind::leaky_tanh, -3.0f, 0.25f) == -1.5f);
  CHECK(reference(Kind::leaky_tanh, 3.0f, 0.2f) == 1.0f + 0.2f * 2.0f);
  CHECK(reference(Kind::leaky_relu, -4.0f, 0.25f) == -1.0f);
  CHECK(reference(Kind::leaky_relu, 4.0f, 0.25f) == 4.0f);
  CHECK(reference(Kind::hard_sigmoid, -3.0f) == 0.0f);
  CHECK(reference(Kind::hard_sigmoid, 0.0f) == 0.5f);
  CHECK(reference(Kind::hard_sigmoid, 3.0f) == 1.0f);
  CHECK(reference(Kind::hard_swish, 5.0f) == 5.0f);
  CHECK(reference(Kind::hard_swish, -4.0f) == 0.0f);
}

TEST_CASE("smooth activations have their values and limits") {
  using Kind = ActivationKind;
  CHECK(reference(Kind::sigmoid, 0.0f) == 0.5f);
  CHECK(reference(Kind::sigmoid, kInfinity) == 1.0f);
  CHECK(reference(Kind::sigmoid, -kInfinity) == 0.0f);
  CHECK(reference(Kind::silu, 100.0f) == 100.0f);
  CHECK(reference(Kind::silu, -200.0f) == 0.0f);
  CHECK(reference(Kind::gelu_erf, 10.0f) == 10.0f);
  CHECK(reference(Kind::gelu_erf, -10.0f) == 0.0f);
  CHECK(reference(Kind::gelu_tanh, 1e20f) == 1e20f);
  CHECK(reference(Kind::tanh, kInfinity) == 1.0f);
  CHECK(is_minus_zero(reference(Kind::tanh, -0.0f)));
  for (float x = -6.0f; x < 6.0f; x += 0.0625f) {
    const double exact = x;
    CHECK(reference(Kind::gelu_erf, x) ==
          Approx(0.5 * exact * (1 + std::erf(exact * std::sqrt(0.5)))).margin(6e-7));
    CHECK(
        reference(Kind::gelu_tanh, x) ==
        Approx(0.5 * exact * (1 + std::tanh(0.7978845608028654 * (exact + 0.044715 * exact * exact * exact))))
            .margin(6e-7));
    CHECK(reference(Kind::silu, x) == Approx(exact / (1 + std::exp(-exact))).margin(6e-7));
  }
}

TEST_CASE("a NaN stays a NaN through every activation") {
  for (int kind = 0; kind < kActivationKinds; ++kind)
    CHECK(
        std::isnan(reference(static_cast<ActivationKind>(kind), std::numeric_limits<float>::quiet_NaN(), 1)));
}
