#include "kernels/activation/elementary.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/activation/elementary_constants.h"
#include "kernels/common/reference_numbers.h"

namespace bitplace {
namespace {

// 2^n for n in [-126, 127], and any number for a NaN's bits.
float power_of_two(std::uint32_t n) {
  return std::bit_cast<float>((n + 127u) << 23);
}

// n of x = n ln 2 + r, as the sum with the rounder and as a number.
struct Power {
  float sum;
  float n;
};

Power nearest_power(float x) {
  const float sum = x * kLog2E + kRounder;
  return {sum, sum - kRounder};
}

// e^r - 1.
float exp_minus_one_of_rest(float x, float n) {
  const float r = (x - n * kLn2First) - n * kLn2Rest;
  float p = kExp[4];
  for (int i = 3; i >= 0; --i)
    p = p * r + kExp[i];
  return p * (r * r) + r;
}

}  // namespace

float exp_f32(float x) {
  const float inside = clamp_number(x, kExpLowest, kExpHighest);
  const Power power = nearest_power(inside);
  const float e = exp_minus_one_of_rest(inside, power.n) + 1.0f;
  // 2^n in two factors, because n reaches from -151 to 128.
  const float half_sum = power.n * 0.5f + kRounder;
  const auto whole = std::bit_cast<std::uint32_t>(power.sum);
  const auto half = std::bit_cast<std::uint32_t>(half_sum);
  return (e * power_of_two(half)) * power_of_two(whole - half);
}

float log_f32(float x) {
  if (std::isnan(x) || x < 0.0f) return std::numeric_limits<float>::quiet_NaN();
  if (x == 0.0f) return -std::numeric_limits<float>::infinity();
  if (std::isinf(x)) return x;
  const bool subnormal = x < kSmallestNormal;
  const auto bits = std::bit_cast<std::int32_t>(subnormal ? x * 0x1p23f : x);
  const std::int32_t power = (bits - kSqrtHalfBits) >> 23;
  const float n = static_cast<float>(power) - (subnormal ? 23.0f : 0.0f);
  const float f = std::bit_cast<float>(bits - power * (1 << 23)) - 1.0f;
  const float s = f / (f + 2.0f);
  const float z = s * s;
  const float r = ((kLog[2] * z + kLog[1]) * z + kLog[0]) * z;
  const float half_square = (0.5f * f) * f;
  return n * kLn2First - ((half_square - (s * (half_square + r) + n * kLn2Rest)) - f);
}

float sigmoid_f32(float x) {
  const float e = exp_f32(-std::fabs(x));
  const float numerator = x < 0.0f ? e : 1.0f;
  return numerator / (1.0f + e);
}

// (e^2x - 1) / (e^2x + 1), with e^2x - 1 = 2^n (e^r - 1) + (2^n - 1), which loses nothing where x is small.
float tanh_f32(float x) {
  const float twice = at_most(std::fabs(x), kTanhLimit) * 2.0f;
  const Power power = nearest_power(twice);
  const float scale = power_of_two(std::bit_cast<std::uint32_t>(power.sum));
  const float e = scale * exp_minus_one_of_rest(twice, power.n) + (scale - 1.0f);
  return std::copysign(e / (e + 2.0f), x);
}

float erf_f32(float x) {
  const float magnitude = at_most(std::fabs(x), kErfLimit);
  const float z = magnitude * magnitude;
  float p = kErfP[6];
  for (int i = 5; i >= 0; --i)
    p = p * z + kErfP[i];
  float q = kErfQ[4];
  for (int i = 3; i >= 0; --i)
    q = q * z + kErfQ[i];
  return std::copysign(at_most((magnitude * p) / q, 1.0f), x);
}

}  // namespace bitplace
