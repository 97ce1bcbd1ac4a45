// Bounds of rounding errors in binary32, to first order; tests widen them by kHigherOrder.
#pragma once

#include <cstdint>

namespace bitplace::test {

inline constexpr double kUnit = 0x1p-24;
inline constexpr double kHigherOrder = 1.001;

// Relative error of a result that is this many units in its last place wrong.
constexpr double of_ulps(double ulps) {
  return 2 * ulps * kUnit;
}

// Additions in the longest chain of a sum in 16 interleaved partial sums and their tree.
constexpr double ordered_additions(std::int64_t count) {
  return static_cast<double>((count + 15) / 16 + 4);
}

}  // namespace bitplace::test
