// The largest errors of the library's elementary functions against the C library in binary64.

#include "kernels/activation/elementary.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

using namespace bitplace;

namespace {

struct Function {
  const char* name;
  float (*ours)(float);
  double (*exact)(double);
  double ulps;
};

double exact_sigmoid(double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

constexpr Function kFunctions[] = {
    {"exp", exp_f32, std::exp, kExpUlps},
    {"log", log_f32, std::log, kLogUlps},
    {"sigmoid", sigmoid_f32, exact_sigmoid, kSigmoidUlps},
    {"tanh", tanh_f32, std::tanh, kTanhUlps},
    {"erf", erf_f32, std::erf, kErfUlps},
};

// In units in the last place of the float nearest to the exact result.
double error_in_ulps(float result, double exact) {
  constexpr double kWrong = 1e30;
  if (std::isnan(exact) || std::isnan(result)) return std::isnan(exact) && std::isnan(result) ? 0.0 : kWrong;
  const auto nearest = static_cast<float>(exact);
  if (std::isinf(nearest) || std::isinf(result)) return nearest == result ? 0.0 : kWrong;
  int exponent = std::numeric_limits<float>::min_exponent;
  if (std::fabs(nearest) >= std::numeric_limits<float>::min()) std::frexp(nearest, &exponent);
  return std::fabs(result - exact) / std::ldexp(1.0, exponent - std::numeric_limits<float>::digits);
}

struct Worst {
  double ulps = 0;
  float at = 0;
};

Worst worst_of(const Function& function, std::uint64_t step) {
  Worst worst;
  for (std::uint64_t bits = 0; bits <= 0xffff'ffffu; bits += step) {
    const auto word = static_cast<std::uint32_t>(bits);
    float x = 0;
    std::memcpy(&x, &word, 4);
    const double ulps = error_in_ulps(function.ours(x), function.exact(x));
    if (ulps > worst.ulps) worst = {ulps, x};
  }
  return worst;
}

void check_all(std::uint64_t step, double share_reached) {
  for (const Function& function : kFunctions) {
    const Worst worst = worst_of(function, step);
    INFO(function.name << " is " << worst.ulps << " ulp wrong at " << worst.at);
    CHECK(worst.ulps <= function.ulps);
    CHECK(worst.ulps >= share_reached * function.ulps);  // the bound says something
  }
}

}  // namespace

TEST_CASE("elementary functions stay within their error over a dense sample of all floats") {
  check_all(1009, 0.7);
}

// Ten minutes; hidden, run by its tag.
TEST_CASE("elementary functions stay within their error over all floats", "[.][exhaustive]") {
  check_all(1, 0.95);
}

TEST_CASE("elementary functions have their limits and keep the sign of zero") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  CHECK(exp_f32(0.0f) == 1.0f);
  CHECK(exp_f32(kInfinity) == kInfinity);
  CHECK(exp_f32(-kInfinity) == 0.0f);
  CHECK(exp_f32(88.8f) == kInfinity);
  CHECK(exp_f32(-103.0f) == std::numeric_limits<float>::denorm_min());
  CHECK(exp_f32(-104.0f) == 0.0f);
  CHECK(log_f32(1.0f) == 0.0f);
  CHECK(log_f32(kInfinity) == kInfinity);
  CHECK(log_f32(0.0f) == -kInfinity);
  CHECK(log_f32(-0.0f) == -kInfinity);
  CHECK(std::isnan(log_f32(-1.0f)));
  CHECK(tanh_f32(-kInfinity) == -1.0f);
  CHECK(erf_f32(kInfinity) == 1.0f);
  CHECK(std::signbit(tanh_f32(-0.0f)));
  CHECK(std::signbit(erf_f32(-0.0f)));
  CHECK(tanh_f32(std::numeric_limits<float>::denorm_min()) == std::numeric_limits<float>::denorm_min());
}
