#include "quantize/descriptor_calibration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>

#include "core/error.h"
#include "lowering/rewrite.h"

namespace bitplace {
namespace {

struct WeightedValue {
  float value;
  double weight;
};

// Inside (low, high], halfway where there is room.
float threshold_between(float low, float high) {
  const double middle = (static_cast<double>(low) + static_cast<double>(high)) / 2.0;
  const auto rounded = static_cast<float>(middle);
  return rounded > low ? rounded : high;
}

}  // namespace

// Neighbouring values with the threshold in (below, from].
struct DescriptorCalibration::Split {
  std::optional<float> below;  // none: everything lies at `from` or above
  std::optional<float> from;   // none: everything lies at `below` or below it

  // `sorted` by value, not empty.
  static Split nearest_to_half(const std::vector<WeightedValue>& sorted, double half) {
    Split best = {std::nullopt, sorted.front().value};
    double best_distance = half, below = 0.0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      below += sorted[i].weight;
      const bool last = i + 1 == sorted.size();
      if (!last && sorted[i + 1].value == sorted[i].value) continue;
      if (std::abs(below - half) >= best_distance) continue;
      best_distance = std::abs(below - half);
      best = {sorted[i].value, last ? std::nullopt : std::optional(sorted[i + 1].value)};
    }
    return best;
  }
};

FeatureKind feature_kind(const Graph& graph) {
  return value_at(graph, graph.features).type == DataType::s32 ? FeatureKind::integers
                                                               : FeatureKind::normalized;
}

Status DescriptorCalibration::add(const float* features, double weight) {
  for (std::size_t i = 0; i < features_; ++i) {
    if (std::isfinite(features[i])) continue;
    return make_error(ErrorCode::invalid_argument, "calibrate",
                      "feature " + std::to_string(i) + " is not a finite number");
  }
  samples_.insert(samples_.end(), features, features + features_);
  weights_.push_back(weight);
  return {};
}

float DescriptorCalibration::code_scale(double share) const {
  if (samples_.empty()) return 127.0f;
  std::vector<float> magnitudes(samples_.size());
  std::transform(samples_.begin(), samples_.end(), magnitudes.begin(), [](float x) { return std::abs(x); });
  const auto last = static_cast<double>(magnitudes.size() - 1);
  const auto rank = static_cast<std::ptrdiff_t>(std::ceil(share * last));
  std::nth_element(magnitudes.begin(), magnitudes.begin() + rank, magnitudes.end());
  float kept = magnitudes[static_cast<std::size_t>(rank)];
  if (kind_ == FeatureKind::integers) return 127.0f / std::max(1.0f, kept);
  if (kept == 0.0f) kept = *std::max_element(magnitudes.begin(), magnitudes.end());
  constexpr float kSmallest = 1e-30f;  // keeps the scale finite
  return kept == 0.0f ? 127.0f : 127.0f / std::max(kSmallest, kept);
}

std::vector<DescriptorCalibration::Split> DescriptorCalibration::median_splits() const {
  std::vector<Split> splits;
  if (weights_.empty()) return splits;
  splits.reserve(features_);
  std::vector<WeightedValue> column(images());
  const double half = std::accumulate(weights_.begin(), weights_.end(), 0.0) / 2.0;
  for (std::size_t feature = 0; feature < features_; ++feature) {
    for (std::size_t image = 0; image < column.size(); ++image)
      column[image] = {samples_[image * features_ + feature], weights_[image]};
    std::stable_sort(column.begin(), column.end(),
                     [](const WeightedValue& a, const WeightedValue& b) { return a.value < b.value; });
    splits.push_back(Split::nearest_to_half(column, half));
  }
  return splits;
}

std::vector<std::int32_t> DescriptorCalibration::median_thresholds() const {
  std::vector<std::int32_t> thresholds;
  for (const Split& split : median_splits())
    thresholds.push_back(split.from ? static_cast<std::int32_t>(*split.from)
                                    : static_cast<std::int32_t>(*split.below) + 1);
  return thresholds;
}

std::vector<float> DescriptorCalibration::normalized_median_thresholds() const {
  std::vector<float> thresholds;
  for (const Split& split : median_splits()) {
    if (!split.from) {
      thresholds.push_back(std::nextafter(*split.below, std::numeric_limits<float>::infinity()));
    } else {
      thresholds.push_back(split.below ? threshold_between(*split.below, *split.from) : *split.from);
    }
  }
  return thresholds;
}

float exact_code_scale(const Graph& graph) {
  if (feature_kind(graph) != FeatureKind::integers) return 0.0f;
  const Node* node = writer(graph, graph.features);
  while (node != nullptr && node->op == Op::max_pool)
    node = writer(graph, node->inputs[0]);
  if (node == nullptr || node->op != Op::convolution) return 0.0f;
  return 127.0f / static_cast<float>(largest_accumulator(graph, *node));
}

}  // namespace bitplace
