// The reference convolutions of signs against an independent statement of what a convolution is: bits
// expanded to
// +-1, then one Eigen product in binary64 (exact for these integers).

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "kernels/convolution_b1_b1/convolution_b1_b1.h"
#include "kernels/convolution_sweep.h"
#include "kernels/convolution_u8_b1/convolution_u8_b1.h"
#include "kernels/eigen_convolution.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

using Matrix = Eigen::MatrixXd;

double sign_of_bit(const std::uint8_t* bytes, Eigen::Index bit) {
  return (bytes[bit / 8] >> (bit % 8) & 1) != 0 ? -1.0 : 1.0;
}

std::vector<double> input_values(const ConvolutionCase& c) {
  const ConvolutionProblem& p = c.problem;
  const Eigen::Index word_bits = (p.input_channels + 31) / 32 * 32;
  std::vector<double> values;
  for (Eigen::Index pixel = 0; pixel < Eigen::Index{p.input_height} * p.input_width; ++pixel) {
    for (Eigen::Index channel = 0; channel < p.input_channels; ++channel) {
      values.push_back(c.input_type == ConvolutionInput::u8
                           ? static_cast<double>(c.input[values.size()])
                           : sign_of_bit(c.input.data(), pixel * word_bits + channel));
    }
  }
  return values;
}

std::vector<double> weight_values(const ConvolutionCase& c) {
  const Eigen::Index depth = convolution_depth(c.problem);
  const Eigen::Index row_bits = (depth + 7) / 8 * 8;
  std::vector<double> values;
  for (Eigen::Index o = 0; o < c.problem.output_channels; ++o) {
    for (Eigen::Index i = 0; i < depth; ++i)
      values.push_back(sign_of_bit(c.weight_rows.data(), o * row_bits + i));
  }
  return values;
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
    const Matrix accumulators = convolve(problem, input_values(c), weight_values(c));
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
