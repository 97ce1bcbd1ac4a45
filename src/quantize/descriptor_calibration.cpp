#include "quantize/descriptor_calibration.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "lowering/rewrite.h"

namespace bitplace {
namespace {

// `sorted` is not empty. The halves differ least where the threshold is the upper median or just above the
// values equal to it.
std::int32_t balanced_threshold(const std::vector<std::int32_t>& sorted) {
  const std::int32_t middle = sorted[sorted.size() / 2];
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), middle);
  const auto count = static_cast<std::ptrdiff_t>(sorted.size());
  const std::ptrdiff_t below = first - sorted.begin(), up_to = last - sorted.begin();
  return std::abs(2 * up_to - count) < std::abs(2 * below - count) ? middle + 1 : middle;
}

}  // namespace

void DescriptorCalibration::add(const float* features) {
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
  std::vector<std::int32_t> thresholds(features_), column(images());
  for (std::size_t feature = 0; feature < features_; ++feature) {
    for (std::size_t image = 0; image < column.size(); ++image)
      column[image] = samples_[image * features_ + feature];
    std::sort(column.begin(), column.end());
    thresholds[feature] = balanced_threshold(column);
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
