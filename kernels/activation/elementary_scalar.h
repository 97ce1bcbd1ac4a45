// The elementary functions that elementary.h declares, one number at a time, where they must compile for an
// NVIDIA GPU too. Internal linkage throughout.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/activation/elementary_constants.h"
#include "kernels/common/half_bits.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace {
namespace {

// c[0] + c[1] x + ... from the highest coefficient down. A GPU knows the coefficients as constants only.
template <const auto& kCoefficients, std::size_t kFirst = 0>
BITPLACE_DEVICE float polynomial_of(float x) {
  constexpr float kCoefficient = kCoefficients[kFirst];
  if constexpr (kFirst + 1 == sizeof(kCoefficients) / sizeof(float)) {
    return kCoefficient;
  } else {
    return polynomial_of<kCoefficients, kFirst + 1>(x) * x + kCoefficient;
  }
}

// 2^n for n in [-126, 127], and any number for a NaN's bits.
BITPLACE_DEVICE float power_of_two(std::uint32_t n) {
  return float_of((n + 127u) << 23);
}

// n of x = n ln 2 + r, as the sum with the rounder and as a number.
struct NearestPower {
  float sum;
  float n;
};

BITPLACE_DEVICE NearestPower nearest_power_of(float x) {
  const float sum = x * kLog2E + kRounder;
  return {sum, sum - kRounder};
}

// e^r - 1.
BITPLACE_DEVICE float exp_minus_one_of_rest(float x, float n) {
  const float r = (x - n * kLn2First) - n * kLn2Rest;
  return polynomial_of<kExp>(r) * (r * r) + r;
}

BITPLACE_DEVICE float exp_of(float x) {
  const float inside = clamp_number(x, kExpLowest, kExpHighest);
  const NearestPower power = nearest_power_of(inside);
  const float e = exp_minus_one_of_rest(inside, power.n) + 1.0f;
  // 2^n in two factors, because n reaches from -151 to 128.
  const float half_sum = power.n * 0.5f + kRounder;
  const std::uint32_t whole = bits_of(power.sum);
  const std::uint32_t half = bits_of(half_sum);
  return (e * power_of_two(half)) * power_of_two(whole - half);
}

BITPLACE_DEVICE float log_of(float x) {
  constexpr std::uint32_t kInfinity = 0x7f80'0000u;
  constexpr std::uint32_t kNan = 0x7fc0'0000u;
  if (x != x || x < 0.0f) return float_of(kNan);
  if (x == 0.0f) return -float_of(kInfinity);
  if (bits_of(x) == kInfinity) return x;
  const bool subnormal = x < kSmallestNormal;
  const auto bits = static_cast<std::int32_t>(bits_of(subnormal ? x * 0x1p23f : x));
  const std::int32_t power = (bits - kSqrtHalfBits) >> 23;
  const float n = static_cast<float>(power) - (subnormal ? 23.0f : 0.0f);
  const float f = float_of(static_cast<std::uint32_t>(bits - power * (1 << 23))) - 1.0f;
  const float s = f / (f + 2.0f);
  const float z = s * s;
  const float r = polynomial_of<kLog>(z) * z;
  const float half_square = (0.5f * f) * f;
  return n * kLn2First - ((half_square - (s * (half_square + r) + n * kLn2Rest)) - f);
}

BITPLACE_DEVICE float sigmoid_of(float x) {
  const float e = exp_of(-std::fabs(x));
  const float numerator = x < 0.0f ? e : 1.0f;
  return numerator / (1.0f + e);
}

// (e^2x - 1) / (e^2x + 1), with e^2x - 1 = 2^n (e^r - 1) + (2^n - 1), which loses nothing where x is small.
BITPLACE_DEVICE float tanh_of(float x) {
  const float twice = at_most(std::fabs(x), kTanhLimit) * 2.0f;
  const NearestPower power = nearest_power_of(twice);
  const float scale = power_of_two(bits_of(power.sum));
  const float e = scale * exp_minus_one_of_rest(twice, power.n) + (scale - 1.0f);
  return std::copysign(e / (e + 2.0f), x);
}

BITPLACE_DEVICE float erf_of(float x) {
  const float magnitude = at_most(std::fabs(x), kErfLimit);
  const float z = magnitude * magnitude;
  return std::copysign(at_most((magnitude * polynomial_of<kErfP>(z)) / polynomial_of<kErfQ>(z), 1.0f), x);
}

}  // namespace
}  // namespace bitplace
