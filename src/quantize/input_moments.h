// How the inputs of a layer's filters go together: means and covariances of their taps on images.
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
  // Blocks are groups, or input channels where filters are taken by channel.
  std::int64_t blocks() const { return static_cast<std::int64_t>(squares_.size()); }
  Eigen::VectorXd mean(std::int64_t block) const;
  Eigen::MatrixXd covariance(std::int64_t block) const;

 private:
  void gather(const float* input, std::int64_t row, std::int64_t column, std::int64_t first_channel,
              std::int64_t channels, Eigen::VectorXd* taps) const;

  ConvolutionAttributes attributes_;
  Shape input_, output_;
  bool by_channel_;
  std::int64_t channels_of_block_;
  std::vector<Eigen::MatrixXd> squares_;  // sums of x x^T, lower halves
  std::vector<Eigen::VectorXd> sums_;
  double total_ = 0.0;  // of the weights
};

}  // namespace bitplace
