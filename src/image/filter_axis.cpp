#include "image/filter_axis.h"

#include <algorithm>
#include <cmath>

#include "kernels/resample/resample.h"

namespace bitplace {
namespace {

constexpr int kFewestBits = 14;
constexpr int kMostBits = 18;

bool is_cubic(ResizeRule rule) {
  return rule == ResizeRule::bicubic_pillow || rule == ResizeRule::bicubic_tensor ||
         rule == ResizeRule::bicubic_tensor_antialias;
}

// In the order of operations in which Pillow computes them: the last bit counts.
double triangle(double x) {
  x = std::fabs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double cubic(double x, double a) {
  x = std::fabs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

// 14 bits where the filter is not widened, one more each time it doubles: no weight exceeds 2 / widening.
int bits_of(ResizeRule rule, double widening) {
  if (rounds_twice(rule)) return kFilterBits;
  return std::min(kFewestBits + std::ilogb(widening), kMostBits);
}

}  // namespace

bool filters(ResizeRule rule) {
  return rule != ResizeRule::nearest && rule != ResizeRule::bilinear_opencv;
}

int filter_support(ResizeRule rule) {
  return is_cubic(rule) ? 2 : 1;
}

bool antialiases(ResizeRule rule) {
  return filters(rule) && rule != ResizeRule::bilinear_tensor && rule != ResizeRule::bicubic_tensor;
}

bool rounds_twice(ResizeRule rule) {
  return rule == ResizeRule::bilinear_pillow || rule == ResizeRule::bicubic_pillow;
}

FilterAxis::FilterAxis(ResizeRule rule, int source, int target)
    : rule_(rule),
      source_(source),
      scale_(static_cast<double>(source) / target),
      widening_(antialiases(rule) ? std::max(scale_, 1.0) : 1.0),
      narrowing_(1.0 / widening_),
      bits_(bits_of(rule, widening_)) {}

double FilterAxis::filter(double distance) const {
  if (!is_cubic(rule_)) return triangle(distance);
  return cubic(distance, rule_ == ResizeRule::bicubic_tensor ? -0.75 : -0.5);
}

// Pixels beyond the border are the border's: its tap sums what falls on them.
double FilterAxis::value(const FilterWindow& window, int tap) const {
  const int pixel = window.first + tap;
  if (antialiases(rule_)) return filter((pixel - window.centre + 0.5) * narrowing_);
  double sum = filter(pixel - window.centre);
  if (!is_cubic(rule_)) return sum;
  const double reach = filter_support(rule_);
  for (int before = -1; pixel == 0 && before > window.centre - reach; --before)
    sum += filter(before - window.centre);
  for (int behind = source_; pixel == source_ - 1 && behind < window.centre + reach; ++behind)
    sum += filter(behind - window.centre);
  return sum;
}

FilterWindow FilterAxis::window(int index) const {
  return antialiases(rule_) ? widened_window(index) : clamped_window(index);
}

// Two or four pixels around the centre, as far as the image has them.
FilterWindow FilterAxis::clamped_window(int index) const {
  double centre = (index + 0.5) * scale_ - 0.5;
  if (!is_cubic(rule_)) centre = std::clamp(centre, 0.0, source_ - 1.0);
  const int left = static_cast<int>(std::floor(centre));
  const int support = filter_support(rule_);
  const int first = std::clamp(left - support + 1, 0, source_ - 1);
  const int end = std::clamp(left + support + 1, first + 1, source_);
  return {first, end - first, centre, 1.0};
}

FilterWindow FilterAxis::widened_window(int index) const {
  const double centre = (index + 0.5) * scale_;
  const double support = filter_support(rule_) * widening_;
  const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
  const int end = std::min(static_cast<int>(centre + support + 0.5), source_);
  FilterWindow window{first, end - first, centre, 0.0};
  for (int tap = 0; tap < window.count; ++tap)
    window.total += value(window, tap);
  return window;
}

// Rounded half away from zero.
std::int32_t FilterAxis::weight(const FilterWindow& window, int tap) const {
  const double scaled = value(window, tap) / window.total * (1 << bits_);
  return static_cast<std::int32_t>(scaled < 0.0 ? scaled - 0.5 : scaled + 0.5);
}

int FilterAxis::most_taps(ResizeRule rule, int source, int target) {
  const FilterAxis axis(rule, source, target);
  return std::min(source, static_cast<int>(std::ceil(2 * filter_support(rule) * axis.widening_)) + 1);
}

}  // namespace bitplace
