#include "cuda/tiled/products.h"

#include <algorithm>
#include <cmath>

#include "kernels/common/half.h"

namespace bitplace::cuda {
namespace {

constexpr int kSignificantBits = 24;

// What the last of a number's significant bits is worth, and its reciprocal: powers of two.
struct Unit {
  double value, reciprocal;
};

Unit unit_of(double number) {
  const int exponent = std::ilogb(number) + 1 - kSignificantBits;
  return {std::ldexp(1.0, exponent), std::ldexp(1.0, -exponent)};
}

double cut_off(double x, const Unit& unit) {
  return static_cast<double>(static_cast<std::int64_t>(x * unit.reciprocal)) * unit.value;
}

}  // namespace

double HalvesProduct::value(std::uint32_t half) {
  return static_cast<double>(half_to_float(static_cast<std::uint16_t>(half)));
}

float HalvesProduct::sum_cut_off(const double* addends, int count) {
  double largest = 0;
  double sum = 0;
  for (int i = 0; i < count; ++i) {
    largest = std::max(largest, std::abs(addends[i]));
    sum += addends[i];
  }
  if (largest == 0 || !std::isfinite(sum)) return static_cast<float>(sum);
  const Unit unit = unit_of(largest);
  sum = 0;
  for (int i = 0; i < count; ++i)
    sum += cut_off(addends[i], unit);
  return sum == 0 ? 0.0f : static_cast<float>(cut_off(sum, unit_of(std::abs(sum))));
}

}  // namespace bitplace::cuda
