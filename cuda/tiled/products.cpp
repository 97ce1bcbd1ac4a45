#include "cuda/tiled/products.h"

#include <algorithm>
#include <cmath>

#include "kernels/common/half.h"

namespace bitplace::cuda {
namespace {

constexpr int kSignificantBits = 24;

double cut_off(double x, double unit) {
  return std::trunc(x / unit) * unit;
}

double unit_of(double largest) {
  return std::ldexp(1.0, std::ilogb(largest) + 1 - kSignificantBits);
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
  const double unit = unit_of(largest);
  sum = 0;
  for (int i = 0; i < count; ++i)
    sum += cut_off(addends[i], unit);
  return sum == 0 ? 0.0f : static_cast<float>(cut_off(sum, unit_of(std::abs(sum))));
}

}  // namespace bitplace::cuda
