// The reference rows with scales and biases against one Eigen product in binary64 and the epilogues as the
// contract words them.

#include <catch2/catch.hpp>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <set>
#include <string_view>

#include "kernels/convolution_sweep.h"
#include "kernels/eigen_convolution.h"
#include "kernels/kernel_rows.h"
#include "kernels/layer_case.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

template <typename T>
T element(const std::vector<std::uint8_t>& bytes, std::size_t index) {
  T value{};
  std::memcpy(&value, &bytes[index * sizeof(T)], sizeof(T));
  return value;
}

// Each rounding stands alone: volatile keeps the compiler from anything cleverer.
float affine(float accumulator, float scale, float bias) {
  volatile float product = accumulator * scale;
  volatile float sum = product + bias;
  return sum;
}

float clamped(const ConvolutionProblem& p, float value) {
  return value < p.output_low ? p.output_low : value > p.output_high ? p.output_high : value;
}

// The even one of the two whole numbers that are equally near.
int rounded_half_even(float value) {
  const double below = std::floor(static_cast<double>(value));
  const double fraction = static_cast<double>(value) - below;
  const bool odd = std::fmod(below, 2.0) != 0.0;
  return static_cast<int>(below) + (fraction > 0.5 || (fraction == 0.5 && odd) ? 1 : 0);
}

void check_integer(const LayerCase& c, const std::vector<std::uint8_t>& output, std::size_t index,
                   double accumulator, std::set<int>* codes) {
  const std::size_t channel = index % c.bias.size();
  const auto sum = static_cast<std::int32_t>(accumulator);
  if (c.problem.epilogue == ConvolutionEpilogue::raw_s32) {
    REQUIRE(element<std::int32_t>(output, index) == sum);
    return;
  }
  const float value = clamped(c.problem, affine(static_cast<float>(sum), c.scale[channel], c.bias[channel]));
  if (c.problem.epilogue == ConvolutionEpilogue::requantize_s8) {
    const bool is_unsigned = c.problem.output_high > 127;
    const int code = is_unsigned ? int{output[index]} : int{element<std::int8_t>(output, index)};
    REQUIRE(code == rounded_half_even(value));
    codes->insert(code);
  } else {
    REQUIRE(element<float>(output, index) == value);
  }
}

// Rounded once, behind the sum, or, where sums are ordered, behind every product and addition.
std::int64_t roundings(const LayerCase& c) {
  const ConvolutionProblem& p = c.problem;
  if (c.table->name != std::string_view("convolution_f32_ordered")) return 0;
  return std::int64_t{p.kernel_height} * p.kernel_width * (p.input_channels / p.groups) + 1;
}

std::vector<double> absolute(std::vector<double> values) {
  for (double& value : values)
    value = std::abs(value);
  return values;
}

// `magnitude` is the sum of |x * w|.
void check_f32(const LayerCase& c, const std::vector<std::uint8_t>& output, std::size_t index,
               double accumulator, double magnitude) {
  const float sum = static_cast<float>(accumulator);
  const float expected = clamped(c.problem, affine(sum, 1.0f, c.bias[index % c.bias.size()]));
  // Eigen sums in another order, so the rounded sum may be a neighbour.
  const double unit = 0x1p-24;
  const double tolerance = unit * (4.0 * (std::abs(double{sum}) + std::abs(double{expected})) +
                                   static_cast<double>(roundings(c)) * magnitude) +
                           1e-12;
  REQUIRE(std::abs(element<float>(output, index) - expected) <= tolerance);
}

void compare_with_eigen(const char* name) {
  const ConvolutionTable& table = *find_convolution_table(name);
  Random random(seed() + 2);
  std::set<int> codes;
  for (const ConvolutionProblem& shape :
       sweep(table.depthwise ? SweepChannels::depthwise : SweepChannels::codes, 2, random)) {
    for (const ConvolutionEpilogue epilogue : epilogues_of(table)) {
      if (epilogue == ConvolutionEpilogue::affine_f16) continue;
      const ConvolutionProblem problem = with_ranges(shape, table, epilogue, random);
      const LayerCase c = make_layer_case(table, problem, Fill::random, Fill::random, random);
      INFO(describe(c));
      const Eigen::MatrixXd sums = convolve(problem, input_values(c), weight_values(c));
      const Eigen::MatrixXd magnitudes =
          convolve(problem, absolute(input_values(c)), absolute(weight_values(c)));
      std::string damage;
      const auto output = run_layer(reference_row(table.rows()), c, Placement::against_end, random, &damage);
      REQUIRE(damage.empty());
      for (Eigen::Index i = 0; i < sums.size(); ++i) {
        const auto index = static_cast<std::size_t>(i);
        if (is_float_table(table)) {
          check_f32(c, output, index, sums.data()[i], magnitudes.data()[i]);
        } else {
          check_integer(c, output, index, sums.data()[i], &codes);
        }
      }
    }
  }
  // Every code was seen, so ties and both clamps were too.
  if (!is_float_table(table)) CHECK(codes.size() == 383);
}

}  // namespace

TEST_CASE("the s8 x s8 reference is a convolution with requantization") {
  compare_with_eigen("convolution_s8_s8");
}
TEST_CASE("the s8 x s4 reference is a convolution with requantization") {
  compare_with_eigen("convolution_s8_s4");
}
TEST_CASE("the s8 depthwise reference is a convolution with requantization") {
  compare_with_eigen("depthwise_s8_s8");
}
TEST_CASE("the float references are convolutions") {
  for (const char* name : {"convolution_f32_f32", "convolution_f32_ordered", "convolution_f16_f16",
                           "depthwise_f32_f32", "depthwise_f16_f16"})
    compare_with_eigen(name);
}
