#include "cuda/tiled/products.h"

#include <algorithm>
#include <cmath>

#include "kernels/common/half_bits.h"

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

double product(std::uint32_t a, std::uint32_t b) {
  return static_cast<double>(float_of_half(static_cast<std::uint16_t>(a))) *
         static_cast<double>(float_of_half(static_cast<std::uint16_t>(b)));
}

double sum_cut_off(const double* addends, int count, const Unit& unit) {
  double sum = 0;
  for (int i = 0; i < count; ++i)
    sum += cut_off(addends[i], unit);
  return sum;
}

}  // namespace

float HalvesProduct::add_words(float c, const std::uint32_t* a, const std::uint32_t* b, int words) {
  double addends[2 * kMostWords + 1];
  int count = 0;
  for (int w = 0; w < words; ++w) {
    addends[count++] = product(a[w], b[w]);
    addends[count++] = product(a[w] >> 16, b[w] >> 16);
  }
  addends[count++] = static_cast<double>(c);
  double largest = 0;
  double exact = 0;
  for (int i = 0; i < count; ++i) {
    largest = std::max(largest, std::abs(addends[i]));
    exact += addends[i];
  }
  if (largest == 0 || !std::isfinite(exact)) return static_cast<float>(exact);
  const double sum = sum_cut_off(addends, count, unit_of(largest));
  return sum == 0 ? 0.0f : static_cast<float>(cut_off(sum, unit_of(std::abs(sum))));
}

}  // namespace bitplace::cuda
