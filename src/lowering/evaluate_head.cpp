#include <algorithm>
#include <cmath>

#include "lowering/evaluate_operations.h"

namespace bitplace::evaluation {
namespace {

// Divides by the length; a zero vector stays zero.
void normalize(double* x, std::size_t count) {
  double squares = 0.0;
  for (std::size_t i = 0; i < count; ++i)
    squares += x[i] * x[i];
  const double length = std::max(std::sqrt(squares), 1e-12);
  for (std::size_t i = 0; i < count; ++i)
    x[i] /= length;
}

double mean_of(const double* x, std::size_t count) {
  double sum = 0.0;
  for (std::size_t i = 0; i < count; ++i)
    sum += x[i];
  return sum / static_cast<double>(count);
}

}  // namespace

Numbers l2_normalize(const Operation& operation, std::size_t count) {
  Numbers output = operation.first;
  for (std::size_t first = 0; first < output.size(); first += count)
    normalize(&output[first], count);
  return output;
}

Numbers gem_pool(const Operation& operation) {
  const auto& a = operation.attributes<GemPoolAttributes>();
  const auto p = static_cast<double>(a.p), epsilon = static_cast<double>(a.epsilon);
  Numbers output(operation.channels());
  for (std::size_t i = 0; i < operation.first.size(); ++i)
    output[i % output.size()] += std::pow(std::max(operation.first[i], epsilon), p);
  for (double& x : output)
    x = std::pow(x / static_cast<double>(operation.pixels()), 1.0 / p);
  return output;
}

Numbers softmax(const Operation& operation) {
  Numbers output = operation.first;
  const std::size_t channels = operation.channels();
  for (std::size_t first = 0; first < output.size(); first += channels) {
    double* x = &output[first];
    const double largest = *std::max_element(x, x + channels);
    double sum = 0.0;
    for (std::size_t c = 0; c < channels; ++c)
      sum += x[c] = std::exp(x[c] - largest);
    for (std::size_t c = 0; c < channels; ++c)
      x[c] /= sum;
  }
  return output;
}

Numbers vlad(const Operation& operation) {
  const std::size_t clusters = operation.channels();
  const auto dimensions = static_cast<std::size_t>(operation.second_input().shape[3]);
  const auto* centers = operation.constants<float>("centers");
  Numbers residuals(clusters * dimensions);
  for (std::size_t n = 0; n < operation.pixels(); ++n) {
    const double* x = &(*operation.second)[n * dimensions];
    for (std::size_t k = 0; k < clusters; ++k) {
      const double share = operation.first[n * clusters + k];
      for (std::size_t d = 0; d < dimensions; ++d)
        residuals[k * dimensions + d] += share * (x[d] - static_cast<double>(centers[k * dimensions + d]));
    }
  }
  for (std::size_t k = 0; k < clusters; ++k)
    normalize(&residuals[k * dimensions], dimensions);
  if (operation.attributes<VladAttributes>().dimension_major == 0) return residuals;
  Numbers output(residuals.size());
  for (std::size_t i = 0; i < output.size(); ++i)
    output[i % dimensions * clusters + i / dimensions] = residuals[i];
  return output;
}

Numbers layer_norm(const Operation& operation) {
  const auto* weight = operation.constants<float>("weight");
  const auto* bias = operation.constants<float>("bias");
  const auto epsilon = static_cast<double>(operation.attributes<LayerNormAttributes>().epsilon);
  const std::size_t channels = operation.channels();
  Numbers output = operation.first, squares(channels);
  for (std::size_t first = 0; first < output.size(); first += channels) {
    double* x = &output[first];
    const double mean = mean_of(x, channels);
    for (std::size_t c = 0; c < channels; ++c)
      squares[c] = (x[c] - mean) * (x[c] - mean);
    const double deviation = std::sqrt(mean_of(squares.data(), channels) + epsilon);
    for (std::size_t c = 0; c < channels; ++c)
      x[c] = (x[c] - mean) / deviation * static_cast<double>(weight[c]) + static_cast<double>(bias[c]);
  }
  return output;
}

Numbers transpose(const Operation& operation) {
  const std::size_t channels = operation.channels();
  Numbers output(operation.first.size());
  for (std::size_t i = 0; i < output.size(); ++i)
    output[i % channels * operation.pixels() + i / channels] = operation.first[i];
  return output;
}

Numbers concatenate(const Operation& operation) {
  const auto first = static_cast<std::ptrdiff_t>(operation.channels());
  const auto second = static_cast<std::ptrdiff_t>(operation.second_input().shape[3]);
  Numbers output;
  auto a = operation.first.begin();
  auto b = operation.second->begin();
  for (; a != operation.first.end(); a += first, b += second) {
    output.insert(output.end(), a, a + first);
    output.insert(output.end(), b, b + second);
  }
  return output;
}

}  // namespace bitplace::evaluation
