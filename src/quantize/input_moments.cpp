#include "quantize/input_moments.h"

#include "lowering/rewrite.h"

namespace bitplace {

InputMoments::InputMoments(const Graph& graph, const Node& convolution)
    : attributes_(std::get<ConvolutionAttributes>(convolution.attributes)),
      input_(value_at(graph, convolution.inputs[0]).shape),
      output_(value_at(graph, convolution.output).shape) {
  const std::int64_t taps = std::int64_t{attributes_.kernel_height} * attributes_.kernel_width;
  const std::int64_t channels_of_group = input_[3] / attributes_.groups;
  by_channel_ = taps * channels_of_group > kMostJointTaps;
  channels_of_block_ = by_channel_ ? 1 : channels_of_group;
  const std::int64_t size = taps * channels_of_block_;
  const auto count = static_cast<std::size_t>(input_[3] / channels_of_block_);
  squares_.assign(count, Eigen::MatrixXd::Zero(size, size));
  sums_.assign(count, Eigen::VectorXd::Zero(size));
}

void InputMoments::add(const float* input, std::int64_t positions, double weight) {
  const std::int64_t pixels = output_[1] * output_[2];
  const std::int64_t count = std::min(positions, pixels);
  Eigen::VectorXd taps(sums_[0].size());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t pixel = (2 * i + 1) * pixels / (2 * count);
    for (std::size_t block = 0; block < squares_.size(); ++block) {
      gather(input, pixel / output_[2], pixel % output_[2],
             static_cast<std::int64_t>(block) * channels_of_block_, channels_of_block_, &taps);
      squares_[block].selfadjointView<Eigen::Lower>().rankUpdate(taps, weight);
      sums_[block] += weight * taps;
    }
    total_ += weight;
  }
}

Eigen::VectorXd InputMoments::mean(std::int64_t block) const {
  const Eigen::VectorXd& sum = sums_[static_cast<std::size_t>(block)];
  return total_ > 0.0 ? Eigen::VectorXd(sum / total_) : sum;
}

Eigen::MatrixXd InputMoments::covariance(std::int64_t block) const {
  Eigen::MatrixXd moments = squares_[static_cast<std::size_t>(block)].selfadjointView<Eigen::Lower>();
  if (total_ > 0.0) moments /= total_;
  const Eigen::VectorXd center = mean(block);
  return moments - center * center.transpose();
}

void InputMoments::gather(const float* input, std::int64_t row, std::int64_t column,
                          std::int64_t first_channel, std::int64_t channels, Eigen::VectorXd* taps) const {
  const ConvolutionAttributes& a = attributes_;
  std::int64_t tap = 0;
  for (std::int64_t ky = 0; ky < a.kernel_height; ++ky) {
    for (std::int64_t kx = 0; kx < a.kernel_width; ++kx) {
      const std::int64_t y = row * a.stride_height - a.pad_top + ky * a.dilation_height;
      const std::int64_t x = column * a.stride_width - a.pad_left + kx * a.dilation_width;
      const bool inside = y >= 0 && y < input_[1] && x >= 0 && x < input_[2];
      const float* pixel = input + (y * input_[2] + x) * input_[3] + first_channel;
      for (std::int64_t c = 0; c < channels; ++c)
        (*taps)[tap++] = inside ? static_cast<double>(pixel[c]) : 0.0;
    }
  }
}

}  // namespace bitplace
