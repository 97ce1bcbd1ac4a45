// Integer thresholds that stand for a monotone function and a sign.
#pragma once

#include <cstdint>

namespace bitplace {

// bit = (accumulator < threshold) xor flip
struct FoldedSign {
  std::int32_t threshold = 0;
  bool flip = false;

  bool bit(std::int64_t accumulator) const { return (accumulator < threshold) != flip; }
};

// The threshold for which bit(a) == (f(a) < 0) at every integer a in [low, high], found by binary search, so
// that ties and roundings fall exactly where the function puts them; a closed form misses some. f is monotone
// in either direction. A sign that never changes gets a threshold at an end of the range and no flip.
template <typename Function>
FoldedSign fold_sign(const Function& f, std::int32_t low, std::int32_t high) {
  // Comparing with 0 makes -0.0 and NaN positive, as the rule for bits says.
  const auto bit = [&](std::int64_t a) { return f(static_cast<double>(a)) < 0.0; };
  const bool at_low = bit(low);
  if (at_low == bit(high)) return {at_low ? high + 1 : low, false};
  std::int64_t same = low, other = high;  // bit(same) == at_low, bit(other) != at_low
  while (other - same > 1) {
    const std::int64_t middle = same + (other - same) / 2;
    (bit(middle) == at_low ? same : other) = middle;
  }
  return {static_cast<std::int32_t>(other), !at_low};
}

}  // namespace bitplace
