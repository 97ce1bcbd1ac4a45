// What single channels of a model's values do on images.
#pragma once

#include <functional>
#include <vector>

#include "graph/model_contents.h"
#include "quantize/calibration_images.h"

namespace bitplace {

// By value of the graph and channel: the largest magnitude.
using ChannelMagnitudes = std::vector<std::vector<float>>;

Result<ChannelMagnitudes> channel_magnitudes(const ModelContents& model, const CalibrationImages& images,
                                             const CalibrationProgress& progress = {});

// By value of the graph and channel: the mean over pixels and images.
using ChannelMeans = std::vector<std::vector<double>>;

Result<ChannelMeans> channel_means(const ModelContents& model, const CalibrationImages& images,
                                   const CalibrationProgress& progress = {});

// Of one channel, over pixels and images.
struct ChannelMean {
  double mean = 0.0;
  double inside = 0.0;  // share of the numbers that lie between two bounds, neither included
};

// Sums of one value over images, channel by channel.
class ChannelSums {
 public:
  ChannelSums(std::size_t channels, float low, float high)
      : low_(low), high_(high), sums_(channels), inside_(channels) {}

  void add(const float* numbers, std::int64_t count, double weight);
  std::vector<ChannelMean> means() const;

 private:
  float low_, high_;
  std::vector<double> sums_, inside_;
  double total_ = 0.0;  // weight of the numbers of one channel
};

}  // namespace bitplace
