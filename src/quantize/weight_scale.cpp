#include "quantize/weight_scale.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace bitplace {
namespace {

// Keeps products of scales normal numbers.
constexpr float kSmallestScale = 1e-30f;

// While 1 / scale grows from 0, the code of a weight goes up from `to_code` - 1 to `to_code` here.
struct CodeStep {
  double inverse_scale;
  double magnitude;
  int to_code;
};

std::vector<CodeStep> code_steps(const float* row, std::int64_t count, int largest_code) {
  std::vector<CodeStep> steps;
  steps.reserve(static_cast<std::size_t>(count) * static_cast<std::size_t>(largest_code));
  for (std::int64_t i = 0; i < count; ++i) {
    const double magnitude = std::abs(static_cast<double>(row[i]));
    if (magnitude == 0.0) continue;
    for (int code = 1; code <= largest_code; ++code)
      steps.push_back({(code - 0.5) / magnitude, magnitude, code});
  }
  std::sort(steps.begin(), steps.end(), [](const CodeStep& a, const CodeStep& b) {
    return a.inverse_scale != b.inverse_scale ? a.inverse_scale < b.inverse_scale : a.to_code < b.to_code;
  });
  return steps;
}

// With the codes q of the weights w given, the best scale is wq / qq and leaves the error ww - wq^2 / qq,
// where ww, wq and qq are sums over products. The codes change at finitely many scales: trying what lies
// between them tries every quantization there is. At the best codes the best scale gives these codes again,
// for if it gave others, those would be better still.
float scale_of_smallest_error(const float* row, std::int64_t count, int largest_code) {
  double wq = 0.0, qq = 0.0, most_explained = 0.0, best = 0.0;
  for (const CodeStep& step : code_steps(row, count, largest_code)) {
    wq += step.magnitude;
    qq += 2.0 * step.to_code - 1.0;
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
