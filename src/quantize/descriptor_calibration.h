// What images say about the range of features, for s8 and bit descriptors.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace bitplace {

class DescriptorCalibration {
 public:
  explicit DescriptorCalibration(std::size_t features) : features_(features) {}

  // The features of one image: integers, as Describer::features gives them. `weight` says how much it counts
  // for medians.
  void add(const float* features, double weight = 1.0);
  std::size_t images() const { return weights_.size(); }

  // The code scale that maps the given share of all |feature| into [-127, 127]; what lies beyond saturates.
  float code_scale(double share) const;

  // One threshold per feature that comes nearest to splitting the images' weight in halves by x < threshold;
  // among equals the lower.
  std::vector<std::int32_t> median_thresholds() const;

 private:
  std::size_t features_;
  std::vector<std::int32_t> samples_;  // image after image
  std::vector<double> weights_;        // of the images
};

// The code scale at which no feature can saturate: 127 / the largest accumulator of the last layer. 0 if the
// features are not a convolution's accumulators.
float exact_code_scale(const Graph& graph);

}  // namespace bitplace
