// Thresholds that stand for a monotone function and a sign.
#pragma once

#include <bit>
#include <cfloat>
#include <cstdint>

namespace bitplace {

// bit = (x < threshold) xor flip. T: std::int32_t for accumulators, float for real numbers.
template <typename T>
struct ThresholdedSign {
  T threshold = 0;
  bool flip = false;

  template <typename Number>
  bool bit(Number x) const {
    return (x < threshold) != flip;
  }
};
using FoldedSign = ThresholdedSign<std::int32_t>;
using FoldedRealSign = ThresholdedSign<float>;

// The first integer in (low, high] whose bit differs from low's; low where there is none. Bits change once.
template <typename Bit>
std::int64_t first_change(const Bit& bit, std::int64_t low, std::int64_t high) {
  const bool at_low = bit(low);
  if (at_low == bit(high)) return low;
  std::int64_t same = low, other = high;
  while (other - same > 1) {
    const std::int64_t middle = same + (other - same) / 2;
    (bit(middle) == at_low ? same : other) = middle;
  }
  return other;
}

// The threshold for which bit(a) == (f(a) < 0) at every integer a in [low, high], found by binary search, so
// that ties and roundings fall exactly where the function puts them; a closed form misses some. f is monotone
// in either direction. A sign that never changes gets a threshold at an end of the range and no flip.
template <typename Function>
FoldedSign fold_sign(const Function& f, std::int32_t low, std::int32_t high) {
  // Comparing with 0 makes -0.0 and NaN positive, as the rule for bits says.
  const auto bit = [&](std::int64_t a) { return f(static_cast<double>(a)) < 0.0; };
  const std::int64_t change = first_change(bit, low, high);
  if (change == low) return {bit(low) ? high + 1 : low, false};
  return {static_cast<std::int32_t>(change), !bit(low)};
}

// Finite floats counted from the smallest magnitude: 0 is both zeros, k and -k the k-th to either side.
inline constexpr std::int64_t kFiniteFloats = 0x7f7fffff;
inline float float_at(std::int64_t ordinal) {
  const float magnitude = std::bit_cast<float>(static_cast<std::uint32_t>(ordinal < 0 ? -ordinal : ordinal));
  return ordinal < 0 ? -magnitude : magnitude;
}

// The same for every finite x of binary32. A sign that never changes gets the least of them as its threshold,
// below which there is none.
template <typename Function>
FoldedRealSign fold_real_sign(const Function& f) {
  const auto bit = [&](std::int64_t i) { return f(static_cast<double>(float_at(i))) < 0.0; };
  const std::int64_t change = first_change(bit, -kFiniteFloats, kFiniteFloats);
  return {float_at(change), change == -kFiniteFloats ? bit(change) : !bit(-kFiniteFloats)};
}

}  // namespace bitplace
