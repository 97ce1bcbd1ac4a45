#include "image/resize_taps.h"

#include <algorithm>

namespace bitplace {
namespace {

constexpr float kWeightScale = 2048.0f;

// Of what fits an int; without SSE4.1 the library's is a call.
template <typename T>
int floor_of(T value) {
  const int truncated = static_cast<int>(value);
  return truncated - (static_cast<T>(truncated) > value ? 1 : 0);
}

// The fraction in binary32, the weights rounded to nearest even: a binary32 of this size has no fraction.
Tap tap_of(int first, float fraction) {
  constexpr float kWhole = 12582912.0f;  // 1.5 * 2^23
  const auto weight = [](float part) { return static_cast<int>(part * kWeightScale + kWhole - kWhole); };
  return {first, weight(1.0f - fraction), weight(fraction)};
}

}  // namespace

// The scale as OpenCV computes it.
Axis::Axis(int source, int target) : source_(source), scale_(1.0 / (static_cast<double>(target) / source)) {}

// In binary64, then rounded to binary32.
float Axis::position(int index) const {
  return static_cast<float>((index + 0.5) * scale_ - 0.5);
}

Tap Axis::bilinear_column(int index) const {
  const float at = position(index);
  const int first = floor_of(at);
  if (first < 0) return tap_of(0, 0.0f);
  if (first >= source_ - 1) return tap_of(source_ - 1, 0.0f);
  return tap_of(first, at - static_cast<float>(first));
}

Tap Axis::bilinear_row(int index) const {
  const float at = position(index);
  const int first = floor_of(at);
  return tap_of(first, at - static_cast<float>(first));
}

// The minimum because the product may round up to the source's size.
int Axis::nearest(int index) const {
  return std::min(floor_of(index * scale_), source_ - 1);
}

}  // namespace bitplace
