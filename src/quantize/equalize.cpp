#include "quantize/equalize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "graph/validate.h"
#include "lowering/rewrite.h"
#include "quantize/own_parameter.h"

namespace bitplace {
namespace {

constexpr float kLargestFactor = 32.0f;
constexpr float kUnbounded = std::numeric_limits<float>::infinity();

const ConvolutionAttributes& attributes_of(const Node& node) {
  return std::get<ConvolutionAttributes>(node.attributes);
}

// Weights that are multiples of a step are left alone: scaled, they would be none.
bool is_float_convolution(const Graph& graph, const Node& node) {
  return node.op == Op::convolution && graph.parameter(node, "weight")->type == DataType::f32 &&
         graph.parameter(node, "weight_scale") == nullptr && attributes_of(node).epilogue == Epilogue::affine;
}

// A clamp that means the same after channels are scaled, as long as none reaches its upper bound.
bool scales_with_channels(const ConvolutionAttributes& a) {
  const bool only_above = a.output_low == 0.0f && a.output_high > 0.0f;
  return only_above || (a.output_low == -kUnbounded && a.output_high == kUnbounded);
}

struct Pair {
  std::size_t first, second;  // nodes
};

std::vector<Pair> find_pairs(const Graph& graph) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& first = graph.nodes[i];
    if (!is_float_convolution(graph, first) || !scales_with_channels(attributes_of(first))) continue;
    const Node* reader = sole_reader(graph, first.output);
    if (reader == nullptr || !is_float_convolution(graph, *reader)) continue;
    const std::int32_t groups = attributes_of(*reader).groups;
    if (groups != 1 && groups != value_at(graph, first.output).shape[3]) continue;
    pairs.push_back({i, static_cast<std::size_t>(reader - graph.nodes.data())});
  }
  return pairs;
}

// By input channel: its largest weight relative to the largest of its filter, over all filters. Depthwise
// filters have one channel each.
std::vector<float> relative_weights(const Tensor& weight, std::size_t channels) {
  std::vector<float> relative(channels);
  const auto width = static_cast<std::size_t>(weight.shape[3]);
  const auto filters = static_cast<std::size_t>(weight.shape[0]);
  const std::size_t depth = static_cast<std::size_t>(weight.shape.elements()) / filters;
  for (std::size_t filter = 0; filter < filters; ++filter) {
    const float* row = weight.as<float>() + filter * depth;
    float largest = 0.0f;
    for (std::size_t i = 0; i < depth; ++i)
      largest = std::max(largest, std::abs(row[i]));
    if (largest == 0.0f) continue;
    for (std::size_t i = 0; i < depth; ++i) {
      const std::size_t channel = width == channels ? i % width : filter * channels / filters;
      relative[channel] = std::max(relative[channel], std::abs(row[i]) / largest);
    }
  }
  return relative;
}

// What each channel is divided by.
std::vector<float> channel_divisors(const Graph& graph, const Pair& pair,
                                    const std::vector<float>& magnitudes) {
  const Node& second = graph.nodes[pair.second];
  const float bound = attributes_of(graph.nodes[pair.first]).output_high;
  const std::vector<float> weights = relative_weights(*graph.parameter(second, "weight"), magnitudes.size());
  std::vector<float> wanted(magnitudes.size());
  for (std::size_t c = 0; c < wanted.size(); ++c)
    wanted[c] = std::sqrt(magnitudes[c] * weights[c]);
  const float most = *std::max_element(wanted.begin(), wanted.end());
  const float largest = *std::max_element(magnitudes.begin(), magnitudes.end());
  for (float& size : wanted)
    size *= most > 0.0f ? largest / most : 0.0f;
  std::vector<float> divisors(magnitudes.size(), 1.0f);
  for (std::size_t c = 0; c < divisors.size(); ++c) {
    if (magnitudes[c] == 0.0f || wanted[c] == 0.0f || magnitudes[c] >= bound) continue;
    divisors[c] = std::clamp(magnitudes[c] / wanted[c], 1.0f / kLargestFactor, kLargestFactor);
  }
  return divisors;
}

void divide_filters(Graph& graph, std::size_t node, const std::vector<float>& divisors) {
  const Shape& shape = graph.parameter(graph.nodes[node], "weight")->shape;
  const auto depth = static_cast<std::size_t>(shape.elements() / shape[0]);
  float* weight = own_parameter(graph, node, "weight");
  float* bias = own_parameter(graph, node, "bias");
  for (std::size_t c = 0; c < divisors.size(); ++c) {
    for (std::size_t i = 0; i < depth; ++i)
      weight[c * depth + i] /= divisors[c];
    bias[c] /= divisors[c];
  }
}

void multiply_inputs(Graph& graph, std::size_t node, const std::vector<float>& factors) {
  const Shape shape = graph.parameter(graph.nodes[node], "weight")->shape;
  const bool dense = attributes_of(graph.nodes[node]).groups == 1;
  const auto filters = static_cast<std::size_t>(shape[0]);
  const std::size_t depth = static_cast<std::size_t>(shape.elements()) / filters;
  const std::size_t filters_per_group = filters / factors.size();
  float* weight = own_parameter(graph, node, "weight");
  for (std::size_t filter = 0; filter < filters; ++filter) {
    for (std::size_t i = 0; i < depth; ++i)
      weight[filter * depth + i] *= factors[dense ? i % factors.size() : filter / filters_per_group];
  }
}

float largest_factor(const std::vector<float>& divisors) {
  float largest = 1.0f;
  for (const float divisor : divisors)
    largest = std::max({largest, divisor, 1.0f / divisor});
  return largest;
}

}  // namespace

Result<EqualizedGraph> equalize(const Graph& folded, const ChannelMagnitudes& magnitudes) {
  EqualizedGraph equalized = {folded, {}};
  Graph& graph = equalized.graph;
  for (const Pair& pair : find_pairs(folded)) {
    const auto between = static_cast<std::size_t>(folded.nodes[pair.first].output);
    const std::vector<float> divisors = channel_divisors(graph, pair, magnitudes[between]);
    const float factor = largest_factor(divisors);
    if (factor == 1.0f) continue;
    divide_filters(graph, pair.first, divisors);
    multiply_inputs(graph, pair.second, divisors);
    equalized.pairs.push_back({folded.nodes[pair.first].name, folded.nodes[pair.second].name, factor});
  }
  BITPLACE_TRY(validate_graph(graph));
  return equalized;
}

}  // namespace bitplace
