#include "image/resize_taps.h"

#include <algorithm>
#include <cmath>

namespace bitplace {
namespace {

constexpr float kCoefficientScale = 2048.0f;

// The scale as OpenCV computes it.
double scale_of(int source, int target) {
  return 1.0 / (static_cast<double>(target) / source);
}

// The position in binary64, then rounded to binary32.
float position_of(int index, int source, int target) {
  return static_cast<float>((index + 0.5) * scale_of(source, target) - 0.5);
}

// The fraction in binary32, the weights rounded to nearest even.
Tap tap_of(int first, float fraction) {
  const auto weight = [](float part) { return static_cast<int>(std::lrint(part * kCoefficientScale)); };
  return {first, weight(1.0f - fraction), weight(fraction)};
}

}  // namespace

Tap bilinear_column(int index, int source, int target) {
  const float position = position_of(index, source, target);
  const int first = static_cast<int>(std::floor(position));
  if (first < 0) return tap_of(0, 0.0f);
  if (first >= source - 1) return tap_of(source - 1, 0.0f);
  return tap_of(first, position - static_cast<float>(first));
}

Tap bilinear_row(int index, int source, int target) {
  const float position = position_of(index, source, target);
  const int first = static_cast<int>(std::floor(position));
  return tap_of(first, position - static_cast<float>(first));
}

// The minimum because the product may round up to the source's size.
int nearest_index(int index, int source, int target) {
  return std::min(static_cast<int>(std::floor(index * scale_of(source, target))), source - 1);
}

}  // namespace bitplace
