// Clamping, rounding and norms as the contracts mean them. For reference kernels, GPU kernels and tests:
// baseline code only, because the functions have external linkage.
#pragma once

#include <cmath>
#include <cstdint>

#include "cuda/common/host_device.h"

namespace bitplace {

// A NaN stays, and of equal zeros x stays.
BITPLACE_DEVICE float at_least(float x, float low) {
  return low > x ? low : x;
}
BITPLACE_DEVICE float at_most(float x, float high) {
  return high < x ? high : x;
}
BITPLACE_DEVICE float clamp_number(float x, float low, float high) {
  return at_most(at_least(x, low), high);
}

// torch.nn.functional.normalize's: a zero vector stays zero.
BITPLACE_DEVICE float reciprocal_norm(double sum_of_squares) {
  constexpr double kSmallestNorm = 1e-12;
  const double norm = std::sqrt(sum_of_squares);
  return static_cast<float>(1.0 / (norm < kSmallestNorm ? kSmallestNorm : norm));
}

// Of a number within [-128, 127]. nearbyint follows the default rounding mode: half to even.
BITPLACE_DEVICE std::int8_t round_half_even_s8(float x) {
  return static_cast<std::int8_t>(std::nearbyint(x));
}

}  // namespace bitplace
