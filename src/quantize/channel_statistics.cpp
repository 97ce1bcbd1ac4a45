#include "quantize/channel_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "quantize/float_runner.h"

namespace bitplace {

Result<ChannelMagnitudes> channel_magnitudes(const ModelContents& model, const CalibrationImages& images,
                                             const CalibrationProgress& progress) {
  BITPLACE_ASSIGN(runner, FloatRunner::create(model));
  const Graph& graph = runner.graph();
  ChannelMagnitudes largest;
  for (const Value& value : graph.values)
    largest.emplace_back(static_cast<std::size_t>(value.shape[value.shape.rank() - 1]));
  const auto observe = [&](ValueId value, const float* numbers, std::int64_t count) -> Status {
    std::vector<float>& channels = largest[static_cast<std::size_t>(value)];
    for (std::int64_t i = 0; i < count; i += static_cast<std::int64_t>(channels.size())) {
      for (std::size_t c = 0; c < channels.size(); ++c)
        channels[c] = std::max(channels[c], std::abs(numbers[i + static_cast<std::int64_t>(c)]));
    }
    return {};
  };
  BITPLACE_TRY(for_each_image(images, progress,
                              [&](const ImageView& image, double) { return runner.run(image, observe); }));
  return largest;
}

Result<ChannelMeans> channel_means(const ModelContents& model, const CalibrationImages& images,
                                   const CalibrationProgress& progress) {
  BITPLACE_ASSIGN(runner, FloatRunner::create(model));
  constexpr float kUnbounded = std::numeric_limits<float>::infinity();
  std::vector<ChannelSums> sums;
  for (const Value& value : runner.graph().values)
    sums.emplace_back(static_cast<std::size_t>(value.shape[value.shape.rank() - 1]), -kUnbounded, kUnbounded);
  BITPLACE_TRY(for_each_image(images, progress, [&](const ImageView& image, double weight) {
    return runner.run(image, [&](ValueId value, const float* numbers, std::int64_t count) -> Status {
      sums[static_cast<std::size_t>(value)].add(numbers, count, weight);
      return {};
    });
  }));
  ChannelMeans means;
  for (const ChannelSums& sum : sums) {
    means.emplace_back();
    for (const ChannelMean& channel : sum.means())
      means.back().push_back(channel.mean);
  }
  return means;
}

void ChannelSums::add(const float* numbers, std::int64_t count, double weight) {
  const std::size_t channels = sums_.size();
  const std::size_t pixels = static_cast<std::size_t>(count) / channels;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    const float* row = numbers + pixel * channels;
    for (std::size_t c = 0; c < channels; ++c) {
      sums_[c] += weight * static_cast<double>(row[c]);
      if (low_ < row[c] && row[c] < high_) inside_[c] += weight;
    }
  }
  total_ += weight * static_cast<double>(pixels);
}

std::vector<ChannelMean> ChannelSums::means() const {
  std::vector<ChannelMean> means(sums_.size());
  if (total_ == 0.0) return means;
  for (std::size_t c = 0; c < means.size(); ++c)
    means[c] = {sums_[c] / total_, inside_[c] / total_};
  return means;
}

}  // namespace bitplace
