#include "kernels/eigen_convolution.h"

namespace bitplace::test {
namespace {

using Matrix = Eigen::MatrixXd;

// The image with its padding, one column per pixel of the padded image.
Matrix padded_image(const ConvolutionProblem& p, const std::vector<double>& input) {
  const Eigen::Index height = p.input_height + p.pad_top + p.pad_bottom;
  const Eigen::Index width = p.input_width + p.pad_left + p.pad_right;
  const double border = p.padding == ConvolutionPadding::one ? 1.0 : 0.0;
  Matrix image = Matrix::Constant(p.input_channels, height * width, border);
  const Eigen::Map<const Matrix> pixels(input.data(), p.input_channels,
                                        Eigen::Index{p.input_height} * p.input_width);
  for (Eigen::Index y = 0; y < p.input_height; ++y) {
    for (Eigen::Index x = 0; x < p.input_width; ++x)
      image.col((y + p.pad_top) * width + x + p.pad_left) = pixels.col(y * p.input_width + x);
  }
  return image;
}

// One row per output channel; taps and channels outside its group hold 0.
Matrix dense_weights(const ConvolutionProblem& p, const std::vector<double>& weights) {
  const Eigen::Index taps = p.kernel_height * p.kernel_width;
  const Eigen::Index inputs = p.input_channels / p.groups;
  Matrix dense = Matrix::Zero(p.output_channels, taps * p.input_channels);
  for (Eigen::Index o = 0; o < p.output_channels; ++o) {
    const Eigen::Index group = o / (p.output_channels / p.groups);
    for (Eigen::Index tap = 0; tap < taps; ++tap) {
      for (Eigen::Index i = 0; i < inputs; ++i) {
        dense(o, tap * p.input_channels + group * inputs + i) =
            weights[static_cast<std::size_t>((o * taps + tap) * inputs + i)];
      }
    }
  }
  return dense;
}

}  // namespace

Matrix convolve(const ConvolutionProblem& p, const std::vector<double>& input,
                const std::vector<double>& canonical_weights) {
  const Matrix image = padded_image(p, input);
  const Matrix weights = dense_weights(p, canonical_weights);
  const Eigen::Index width = p.input_width + p.pad_left + p.pad_right;
  Matrix pooled = Matrix::Constant(p.output_channels, Eigen::Index{p.output_height} * p.output_width, -1e300);
  for (Eigen::Index dy = 0; dy < p.pool_height; ++dy) {
    for (Eigen::Index dx = 0; dx < p.pool_width; ++dx) {
      Matrix windows(weights.cols(), pooled.cols());
      for (Eigen::Index output = 0; output < pooled.cols(); ++output) {
        const Eigen::Index row = (output / p.output_width * p.pool_height + dy) * p.stride_height;
        const Eigen::Index column = (output % p.output_width * p.pool_width + dx) * p.stride_width;
        for (Eigen::Index tap = 0; tap < p.kernel_height * p.kernel_width; ++tap) {
          const Eigen::Index y = row + tap / p.kernel_width * p.dilation_height;
          const Eigen::Index x = column + tap % p.kernel_width * p.dilation_width;
          windows.block(tap * p.input_channels, output, p.input_channels, 1) = image.col(y * width + x);
        }
      }
      pooled = pooled.cwiseMax(weights * windows);
    }
  }
  return pooled;
}

}  // namespace bitplace::test
