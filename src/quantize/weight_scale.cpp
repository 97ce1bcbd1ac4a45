#include "quantize/weight_scale.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace bitplace {
namespace {

// Keeps products of scales normal numbers.
constexpr float kSmallestScale = 1e-30f;

// While 1 / scale grows from 0, codes go up one by one. To code k they do so in the order of falling
// magnitudes, at (k - 1/2) / magnitude: merging these sequences gives all steps in order.
class CodeSteps {
 public:
  // `magnitudes`: falling, none is 0, and some there are.
  CodeSteps(const std::vector<double>& magnitudes, int largest_code)
      : magnitudes_(magnitudes), taken_(static_cast<std::size_t>(largest_code)), next_(taken_.size()) {
    for (std::size_t i = 0; i < next_.size(); ++i)
      next_[i] = inverse_scale(i);
    find_first();
  }

  bool done() const { return next_[first_] == kNever; }
  double magnitude() const { return magnitudes_[taken_[first_]]; }
  int to_code() const { return static_cast<int>(first_) + 1; }

  void advance() {
    next_[first_] = ++taken_[first_] < magnitudes_.size() ? inverse_scale(first_) : kNever;
    find_first();
  }

 private:
  static constexpr double kNever = std::numeric_limits<double>::infinity();

  double inverse_scale(std::size_t sequence) const {
    return (static_cast<double>(sequence) + 0.5) / magnitudes_[taken_[sequence]];
  }
  void find_first() {
    first_ = 0;
    for (std::size_t i = 1; i < next_.size(); ++i)
      first_ = next_[i] < next_[first_] ? i : first_;
  }

  const std::vector<double>& magnitudes_;
  std::vector<std::size_t> taken_;  // by sequence, of code - 1: how many steps are behind us
  std::vector<double> next_;        // where the next one is
  std::size_t first_ = 0;           // the sequence whose next step comes first
};

std::vector<double> falling_magnitudes(const float* row, std::int64_t count) {
  std::vector<double> magnitudes;
  magnitudes.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    if (row[i] != 0.0f) magnitudes.push_back(std::abs(static_cast<double>(row[i])));
  }
  std::sort(magnitudes.begin(), magnitudes.end(), std::greater<>());
  return magnitudes;
}

// With the codes q of the weights w given, the best scale is wq / qq and leaves the error ww - wq^2 / qq,
// where ww, wq and qq are sums over products. The codes change at finitely many scales: trying what lies
// between them tries every quantization there is. At the best codes the best scale gives these codes again,
// for if it gave others, those would be better still.
float scale_of_smallest_error(const float* row, std::int64_t count, int largest_code) {
  double wq = 0.0, qq = 0.0, most_explained = 0.0, best = 0.0;
  const std::vector<double> magnitudes = falling_magnitudes(row, count);
  for (CodeSteps steps(magnitudes, largest_code); !steps.done(); steps.advance()) {
    wq += steps.magnitude();
    qq += 2.0 * steps.to_code() - 1.0;
    const double explained = wq * wq / qq;
    if (explained <= most_explained) continue;
    most_explained = explained;
    best = wq / qq;
  }
  return static_cast<float>(best);
}

}  // namespace

WeightScaleMethod weight_scale_method(int largest_code) {
  constexpr int kLargestCodeOf8Bits = 127;
  return largest_code >= kLargestCodeOf8Bits ? WeightScaleMethod::max_abs : WeightScaleMethod::smallest_error;
}

float weight_scale(const float* row, std::int64_t count, int largest_code, WeightScaleMethod method) {
  float largest = 0.0f;
  for (std::int64_t i = 0; i < count; ++i)
    largest = std::max(largest, std::abs(row[i]));
  if (largest <= kSmallestScale) return 1.0f;
  const float scale = method == WeightScaleMethod::max_abs
                          ? largest / static_cast<float>(largest_code)
                          : scale_of_smallest_error(row, count, largest_code);
  return std::max(scale, kSmallestScale);
}

std::int32_t weight_code(float weight, float scale, int largest_code) {
  const auto largest = static_cast<float>(largest_code);
  return static_cast<std::int32_t>(std::nearbyint(std::clamp(weight / scale, -largest, largest)));
}

}  // namespace bitplace
