// What images say about the range of features, for s8 and bit descriptors.
#pragma once

#include <cstdint>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"

namespace bitplace {

// Integer features are calibrated as they are. Real ones are calibrated after L2 normalisation, because that
// is what their descriptors hold (DescriptorEncoding): the f32 descriptor that Describer::describe gives.
enum class FeatureKind { integers, normalized };

// The kind of a graph's features, by their type.
FeatureKind feature_kind(const Graph& graph);

class DescriptorCalibration {
 public:
  explicit DescriptorCalibration(std::size_t features, FeatureKind kind = FeatureKind::integers)
      : features_(features), kind_(kind) {}

  // The features of one image. `weight` says how much it counts for medians. Error: invalid_argument (a
  // feature is not finite); the image is left out then.
  Status add(const float* features, double weight = 1.0);
  std::size_t images() const { return weights_.size(); }

  // The code scale that maps the given share of all |feature| into [-127, 127]; what lies beyond saturates.
  // Normalised features of which that share is 0: none saturates.
  float code_scale(double share) const;

  // One threshold per feature that comes nearest to splitting the images' weight in halves by x < threshold;
  // among equals the lower. Of integers.
  std::vector<std::int32_t> median_thresholds() const;
  // The same of normalised features: a threshold lies in the middle between the two values that it parts, as
  // far from either as can be, since float layers round otherwise on another instruction set.
  std::vector<float> normalized_median_thresholds() const;

 private:
  struct Split;
  std::vector<Split> median_splits() const;

  std::size_t features_;
  FeatureKind kind_;
  std::vector<float> samples_;   // image after image
  std::vector<double> weights_;  // of the images
};

// The code scale at which no feature can saturate: 127 / the largest accumulator of the last layer. 0 if the
// features are not a convolution's accumulators.
float exact_code_scale(const Graph& graph);

}  // namespace bitplace
