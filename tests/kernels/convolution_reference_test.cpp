// The reference convolutions against an independent statement of what a convolution is: bits expanded to +-1,
// windows gathered into a matrix, one Eigen product in binary64 (exact for these integers).

#include <Eigen/Dense>
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_sweep.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Matrix = Eigen::MatrixXd;

double sign_of_bit(const std::uint8_t* bytes, Eigen::Index bit) {
  return (bytes[bit / 8] >> (bit % 8) & 1) != 0 ? -1.0 : 1.0;
}

// The image with its padding, one column per pixel of the padded image.
Matrix padded_image(const ConvolutionCase& c) {
  const ConvolutionProblem& p = c.problem;
  const Eigen::Index height = p.input_height + p.pad_top + p.pad_bottom;
  const Eigen::Index width = p.input_width + p.pad_left + p.pad_right;
  const double border = p.padding == ConvolutionPadding::one ? 1.0 : 0.0;
  Matrix image = Matrix::Constant(p.input_channels, height * width, border);
  const Eigen::Index word_bits = (p.input_channels + 31) / 32 * 32;
  for (Eigen::Index y = 0; y < p.input_height; ++y) {
    for (Eigen::Index x = 0; x < p.input_width; ++x) {
      const Eigen::Index pixel = y * p.input_width + x;
      const Eigen::Index column = (y + p.pad_top) * width + x + p.pad_left;
      for (Eigen::Index channel = 0; channel < p.input_channels; ++channel) {
        const Eigen::Index index = pixel * p.input_channels + channel;
        image(channel, column) = c.input_type == ConvolutionInput::u8
                                     ? static_cast<double>(c.input[static_cast<std::size_t>(index)])
                                     : sign_of_bit(c.input.data(), pixel * word_bits + channel);
      }
    }
  }
  return image;
}

// One row per output channel; taps and channels outside its group hold 0.
Matrix dense_weights(const ConvolutionCase& c) {
  const ConvolutionProblem& p = c.problem;
  const Eigen::Index taps = p.kernel_height * p.kernel_width;
  const Eigen::Index inputs = p.input_channels / p.groups;
  const Eigen::Index row_bits = (taps * inputs + 7) / 8 * 8;
  Matrix weights = Matrix::Zero(p.output_channels, taps * p.input_channels);
  for (Eigen::Index o = 0; o < p.output_channels; ++o) {
    const Eigen::Index group = o / (p.output_channels / p.groups);
    for (Eigen::Index tap = 0; tap < taps; ++tap) {
      for (Eigen::Index i = 0; i < inputs; ++i) {
        weights(o, tap * p.input_channels + group * inputs + i) =
            sign_of_bit(c.weight_rows.data(), o * row_bits + tap * inputs + i);
      }
    }
  }
  return weights;
}

// One column per output of the pooled map: the maximum over its windows.
Matrix convolve(const ConvolutionCase& c) {
  const ConvolutionProblem& p = c.problem;
  const Matrix image = padded_image(c);
  const Matrix weights = dense_weights(c);
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

std::vector<std::int32_t> raw_output(const Matrix& accumulators) {
  std::vector<std::int32_t> raw;
  for (Eigen::Index output = 0; output < accumulators.cols(); ++output) {
    for (Eigen::Index channel = 0; channel < accumulators.rows(); ++channel)
      raw.push_back(static_cast<std::int32_t>(accumulators(channel, output)));
  }
  return raw;
}

std::vector<std::uint8_t> threshold_output(const ConvolutionCase& c, const Matrix& accumulators) {
  std::vector<std::uint8_t> bytes(output_bytes(c.problem));
  const Eigen::Index pixel_bytes = (c.problem.output_channels + 31) / 32 * 4;
  for (Eigen::Index output = 0; output < accumulators.cols(); ++output) {
    for (Eigen::Index channel = 0; channel < accumulators.rows(); ++channel) {
      const auto index = static_cast<std::size_t>(channel);
      const bool below = accumulators(channel, output) < static_cast<double>(c.threshold[index]);
      if (below == (c.flip[index] != 0)) continue;
      bytes[static_cast<std::size_t>(output * pixel_bytes + channel / 8)] |=
          static_cast<std::uint8_t>(1u << (channel % 8));
    }
  }
  return bytes;
}

void compare_with_eigen(const ConvolutionKernel& reference, ConvolutionInput type) {
  Random random(seed() + 1);
  std::set<bool> flips, bits;
  for (const ConvolutionProblem& problem : sweep(type, 1, random)) {
    ConvolutionCase c = make_case(problem, type, Fill::random, Fill::random, random);
    INFO(describe(problem));
    const Matrix accumulators = convolve(c);
    std::string damage;
    const auto raw = as_s32(run_kernel(reference, c, Placement::against_end, random, &damage));
    REQUIRE(raw == raw_output(accumulators));
    c.problem.epilogue = ConvolutionEpilogue::threshold_b1;
    choose_thresholds(c, raw, random);
    const auto thresholded = run_kernel(reference, c, Placement::against_start, random, &damage);
    REQUIRE(thresholded == threshold_output(c, accumulators));
    REQUIRE(damage.empty());
    for (const std::uint8_t flip : c.flip)
      flips.insert(flip != 0);
    for (const std::uint8_t byte : thresholded)
      bits.insert(byte != 0);
  }
  CHECK(flips.size() == 2);
  CHECK(bits.size() == 2);
}

}  // namespace

TEST_CASE("the 1 x 1-bit reference is a convolution") {
  const auto table = convolution_b1_b1_kernels();
  compare_with_eigen(*table.rows[table.count - 1], ConvolutionInput::b1);
}

TEST_CASE("the u8 x 1-bit reference is a convolution") {
  const auto table = convolution_u8_b1_kernels();
  compare_with_eigen(*table.rows[table.count - 1], ConvolutionInput::u8);
}
