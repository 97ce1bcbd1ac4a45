#include "kernels/layer_bound.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/common/half.h"
#include "kernels/common/reference_windows.h"

namespace bitplace::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

double value_at(const Bytes& bytes, std::size_t index, bool half) {
  if (half) {
    std::uint16_t value = 0;
    std::memcpy(&value, &bytes[2 * index], 2);
    return half_to_float(value);
  }
  float value = 0;
  std::memcpy(&value, &bytes[4 * index], 4);
  return value;
}

// How far two correct results may lie apart: the summation's bound for each of them, the rounding of the sum
// and of the addition of the bias, and for f16 outputs the rounding to one of the two neighbours.
double allowed_distance(const LayerCase& c, double magnitude, double bias, double result) {
  constexpr double kUnit = 0x1p-24;
  const double depth = static_cast<double>(convolution_depth(c.problem));
  const double summation = depth * kUnit / (1 - depth * kUnit) * magnitude;
  const double additions = 4 * kUnit * (magnitude + std::abs(bias));
  const double distance = summation + additions;
  if (c.problem.epilogue != ConvolutionEpilogue::affine_f16) return distance;
  return distance + std::max(0x1p-24, 0x1p-10 * (std::abs(result) + distance));
}

}  // namespace

std::string difference(const Bytes& expected, const Bytes& actual) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] != actual[i]) {
      return "byte " + std::to_string(i) + " of " + std::to_string(expected.size()) + " is " +
             std::to_string(actual[i]) + ", expected " + std::to_string(expected[i]);
    }
  }
  return {};
}

std::vector<double> magnitudes(const LayerCase& c) {
  const ConvolutionProblem& p = c.problem;
  const std::vector<double> input = input_values(c);
  const std::vector<double> weights = weight_values(c);
  const std::int64_t depth = convolution_depth(p);
  std::vector<double> sums;
  for (std::int64_t row = 0; row < p.output_height; ++row) {
    reference::visit_output_row(p, row, [&](std::int64_t column, std::int64_t channel, std::int64_t) {
      double sum = 0;
      reference::visit_window(p, row, column, channel, [&](std::int64_t i, std::int64_t w) {
        sum += std::abs(input[static_cast<std::size_t>(i)] *
                        weights[static_cast<std::size_t>(channel * depth + w)]);
      });
      sums.push_back(sum);
    });
  }
  return sums;
}

std::string beyond_bound(const LayerCase& c, const std::vector<double>& magnitude, const Bytes& expected,
                         const Bytes& actual) {
  const bool half = c.problem.epilogue == ConvolutionEpilogue::affine_f16;
  for (std::size_t i = 0; i < magnitude.size(); ++i) {
    const double e = value_at(expected, i, half);
    const double a = value_at(actual, i, half);
    const double allowed =
        allowed_distance(c, magnitude[i], static_cast<double>(c.bias[i % c.bias.size()]), e);
    if (!(std::abs(a - e) <= allowed)) {
      return "element " + std::to_string(i) + " is " + std::to_string(a) + ", expected " + std::to_string(e) +
             " within " + std::to_string(allowed);
    }
  }
  return {};
}

}  // namespace bitplace::test
