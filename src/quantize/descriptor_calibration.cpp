#include "quantize/descriptor_calibration.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "lowering/rewrite.h"

namespace bitplace {
namespace {

struct WeightedValue {
  std::int32_t value;
  double weight;
};

// `sorted` by value, not empty. Candidates are the values themselves and one more than the largest: below
// each lies all that comes before it.
std::int32_t balanced_threshold(const std::vector<WeightedValue>& sorted, double half) {
  std::int32_t best = sorted.front().value;
  double best_distance = half, below = 0.0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    below += sorted[i].weight;
    const bool last = i + 1 == sorted.size();
    if (!last && sorted[i + 1].value == sorted[i].value) continue;
    if (std::abs(below - half) >= best_distance) continue;
    best_distance = std::abs(below - half);
    best = last ? sorted[i].value + 1 : sorted[i + 1].value;
  }
  return best;
}

}  // namespace

void DescriptorCalibration::add(const float* features, double weight) {
  weights_.push_back(weight);
  for (std::size_t i = 0; i < features_; ++i)
    samples_.push_back(static_cast<std::int32_t>(features[i]));
}

float DescriptorCalibration::code_scale(double share) const {
  std::vector<std::int32_t> magnitudes(samples_.size());
  std::transform(samples_.begin(), samples_.end(), magnitudes.begin(),
                 [](std::int32_t x) { return std::abs(x); });
  const auto last = static_cast<double>(magnitudes.size() - 1);
  const auto rank = static_cast<std::ptrdiff_t>(std::ceil(share * last));
  std::nth_element(magnitudes.begin(), magnitudes.begin() + rank, magnitudes.end());
  return 127.0f / static_cast<float>(std::max(1, magnitudes[static_cast<std::size_t>(rank)]));
}

std::vector<std::int32_t> DescriptorCalibration::median_thresholds() const {
  std::vector<std::int32_t> thresholds(features_);
  std::vector<WeightedValue> column(images());
  const double half = std::accumulate(weights_.begin(), weights_.end(), 0.0) / 2.0;
  for (std::size_t feature = 0; feature < features_; ++feature) {
    for (std::size_t image = 0; image < column.size(); ++image)
      column[image] = {samples_[image * features_ + feature], weights_[image]};
    std::stable_sort(column.begin(), column.end(),
                     [](const WeightedValue& a, const WeightedValue& b) { return a.value < b.value; });
    thresholds[feature] = balanced_threshold(column, half);
  }
  return thresholds;
}

float exact_code_scale(const Graph& graph) {
  const Node* node = writer(graph, graph.features);
  while (node != nullptr && node->op == Op::max_pool)
    node = writer(graph, node->inputs[0]);
  if (node == nullptr || node->op != Op::convolution) return 0.0f;
  return 127.0f / static_cast<float>(largest_accumulator(graph, *node));
}

}  // namespace bitplace
