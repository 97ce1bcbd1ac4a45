// Conversion between binary16 and binary32 against what the format's definition says.

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "kernels/common/half.h"
#include "support/random.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

// The value of a half by the definition of the format.
double value_of(std::uint16_t half) {
  const int exponent = half >> 10 & 0x1f;
  const int fraction = half & 0x3ff;
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

}  // namespace

TEST_CASE("every finite half is read exactly and written back") {
  for (std::uint32_t code = 0; code <= 0xffff; ++code) {
    const auto half = static_cast<std::uint16_t>(code);
    if ((half & 0x7c00) == 0x7c00) continue;
    const float value = half_to_float(half);
    REQUIRE(static_cast<double>(value) == value_of(half));
    REQUIRE(std::signbit(value) == ((half & 0x8000) != 0));
    REQUIRE(float_to_half(value) == half);
  }
}

TEST_CASE("infinities stay and NaN stays NaN") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  CHECK(half_to_float(0x7c00) == kInfinity);
  CHECK(half_to_float(0xfc00) == -kInfinity);
  CHECK(float_to_half(kInfinity) == 0x7c00);
  CHECK(float_to_half(-kInfinity) == 0xfc00);
  CHECK(std::isnan(half_to_float(0x7c01)));
  CHECK(std::isnan(half_to_float(float_to_half(std::numeric_limits<float>::quiet_NaN()))));
}

TEST_CASE("a float becomes the nearest half, the even one of two") {
  Random random;
  for (int i = 0; i < 200'000; ++i) {
    const auto lower = static_cast<std::uint16_t>(random.integer(0, 0x7bfe));
    const double low = value_of(lower);
    const double high = value_of(static_cast<std::uint16_t>(lower + 1));
    const auto value =
        static_cast<float>(low + (high - low) * static_cast<double>(random.integer(0, 64)) / 64);
    const double below = static_cast<double>(value) - low;
    const double above = high - static_cast<double>(value);
    const bool up = above < below || (above == below && lower % 2 == 1);
    const auto expected = static_cast<std::uint16_t>(lower + (up ? 1 : 0));
    INFO(value);
    REQUIRE(float_to_half(value) == expected);
    REQUIRE(float_to_half(-value) == (expected | 0x8000));
  }
  CHECK(float_to_half(65504.0f) == 0x7bff);
  CHECK(float_to_half(65519.996f) == 0x7bff);
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(1e38f) == 0x7c00);
  CHECK(float_to_half(0x1p-25f) == 0);
  CHECK(float_to_half(0x1.000002p-25f) == 1);
  CHECK(float_to_half(0x1p-149f) == 0);
}
