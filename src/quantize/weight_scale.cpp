#include "quantize/weight_scale.h"

#include <algorithm>
#include <cmath>
#include <functional>
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
  CodeSteps(const std::vector<double>& magnitudes, int largest_code) : magnitudes_(magnitudes) {
    for (int code = 1; code <= largest_code; ++code)
      next_.push_back(step(code, 0));
    std::make_heap(next_.begin(), next_.end(), later);
  }

  bool done() const { return next_.empty(); }
  double magnitude() const { return magnitudes_[next_.front().position]; }
  int to_code() const { return next_.front().to_code; }

  void advance() {
    std::pop_heap(next_.begin(), next_.end(), later);
    const Step taken = next_.back();
    next_.pop_back();
    if (taken.position + 1 == magnitudes_.size()) return;
    next_.push_back(step(taken.to_code, taken.position + 1));
    std::push_heap(next_.begin(), next_.end(), later);
  }

 private:
  struct Step {
    double inverse_scale;
    std::size_t position;  // among the magnitudes
    int to_code;
  };

  Step step(int code, std::size_t position) const {
    return {(code - 0.5) / magnitudes_[position], position, code};
  }
  static bool later(const Step& a, const Step& b) { return a.inverse_scale > b.inverse_scale; }

  const std::vector<double>& magnitudes_;
  std::vector<Step> next_;  // one for every code that has any left
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
