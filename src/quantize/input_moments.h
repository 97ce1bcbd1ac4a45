// How the inputs of a layer's filters go together: the second moments of their taps on images.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "graph/graph.h"

namespace bitplace {

// Of one convolution: for every group the matrix E[x x^T], x being the taps under a filter in the weights'
// own order (row, column, channel). Padded taps are 0. Filters with more taps than kMostJointTaps are taken
// channel by channel: what goes together then are the taps of one channel.
class InputMoments {
 public:
  static constexpr std::int64_t kMostJointTaps = 1024;

  InputMoments(const Graph& graph, const Node& convolution);

  // Adds some of an image's positions, evenly spaced: at most `positions` of them.
  void add(const float* input, std::int64_t positions, double weight);

  // Whether filters are taken channel by channel.
  bool by_channel() const { return by_channel_; }
  // Of a group, or of an input channel where filters are taken by channel.
  const Eigen::MatrixXd& block(std::int64_t index) const { return blocks_[static_cast<std::size_t>(index)]; }

 private:
  void gather(const float* input, std::int64_t row, std::int64_t column, std::int64_t first_channel,
              std::int64_t channels, Eigen::VectorXd* taps) const;

  ConvolutionAttributes attributes_;
  Shape input_, output_;
  bool by_channel_;
  std::int64_t channels_of_block_;
  std::vector<Eigen::MatrixXd> blocks_;
};

}  // namespace bitplace
