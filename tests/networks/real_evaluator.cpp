#include "networks/real_evaluator.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace bitplace::test {
namespace {

const Shape& shape_of(const Graph& graph, ValueId value) {
  return graph.values[static_cast<std::size_t>(value)].shape;
}

// Calls visit(input row, input column, tap) for the taps of a window that lie inside the map.
template <typename Attributes, typename Visitor>
void visit_window(const Attributes& a, std::int64_t window_height, std::int64_t window_width,
                  std::int64_t dilation_height, std::int64_t dilation_width, const Shape& in,
                  std::int64_t row, std::int64_t column, const Visitor& visit) {
  for (std::int64_t tap = 0; tap < window_height * window_width; ++tap) {
    const std::int64_t y = row * a.stride_height - a.pad_top + tap / window_width * dilation_height;
    const std::int64_t x = column * a.stride_width - a.pad_left + tap % window_width * dilation_width;
    if (y >= 0 && y < in[1] && x >= 0 && x < in[2]) visit(y, x, tap);
  }
}

Numbers convolve(const Graph& graph, const Node& node, const Numbers& input) {
  const auto& a = std::get<ConvolutionAttributes>(node.attributes);
  const Shape &in = shape_of(graph, node.inputs[0]), &out = shape_of(graph, node.output);
  const Tensor& weight = *graph.parameter(node, "weight");
  const float* weights = weight.as<float>();
  const float* bias = graph.parameter(node, "bias")->as<float>();
  const std::int64_t depth = weight.shape[3], per_group = out[3] / a.groups;
  Numbers output(static_cast<std::size_t>(out.elements()));
  for (std::int64_t i = 0; i < out.elements(); ++i) {
    const std::int64_t o = i % out[3], first = o / per_group * depth;
    double sum = 0.0;
    visit_window(a, a.kernel_height, a.kernel_width, a.dilation_height, a.dilation_width, in,
                 i / out[3] / out[2], i / out[3] % out[2],
                 [&](std::int64_t y, std::int64_t x, std::int64_t tap) {
                   const double* pixel = &input[static_cast<std::size_t>((y * in[2] + x) * in[3] + first)];
                   const float* row = weights + (o * a.kernel_height * a.kernel_width + tap) * depth;
                   for (std::int64_t c = 0; c < depth; ++c)
                     sum += pixel[c] * double{row[c]};
                 });
    output[static_cast<std::size_t>(i)] =
        std::clamp(sum + double{bias[o]}, double{a.output_low}, double{a.output_high});
  }
  return output;
}

template <typename Attributes>
Numbers pool(const Graph& graph, const Node& node, const Numbers& input, bool mean) {
  const auto& a = std::get<Attributes>(node.attributes);
  const Shape &in = shape_of(graph, node.inputs[0]), &out = shape_of(graph, node.output);
  bool count_padding = false;
  if constexpr (std::is_same_v<Attributes, AveragePoolAttributes>) count_padding = a.count_padding != 0;
  Numbers output(static_cast<std::size_t>(out.elements()));
  for (std::int64_t i = 0; i < out.elements(); ++i) {
    double sum = 0.0, best = -std::numeric_limits<double>::infinity();
    std::int64_t taps = 0;
    visit_window(a, a.window_height, a.window_width, 1, 1, in, i / out[3] / out[2], i / out[3] % out[2],
                 [&](std::int64_t y, std::int64_t x, std::int64_t) {
                   const double value = input[static_cast<std::size_t>((y * in[2] + x) * in[3] + i % out[3])];
                   sum += value;
                   best = std::max(best, value);
                   ++taps;
                 });
    if (count_padding) taps = std::int64_t{a.window_height} * a.window_width;
    output[static_cast<std::size_t>(i)] = mean ? sum / static_cast<double>(taps) : best;
  }
  return output;
}

double activate(const ActivationAttributes& a, double x) {
  switch (a.kind) {
    case ActivationKind::relu:
      return std::max(x, 0.0);
    case ActivationKind::relu6:
      return std::clamp(x, 0.0, 6.0);
    case ActivationKind::hard_tanh:
      return std::clamp(x, -1.0, 1.0);
    case ActivationKind::hard_swish:
      return x * std::clamp(x + 3.0, 0.0, 6.0) / 6.0;
    case ActivationKind::sigmoid:
      return 1.0 / (1.0 + std::exp(-x));
    case ActivationKind::silu:
      return x / (1.0 + std::exp(-x));
    case ActivationKind::tanh:
      return std::tanh(x);
    default:
      FAIL("an activation that is not evaluated here");
      return 0.0;
  }
}

}  // namespace

Numbers evaluate_layer(const Graph& graph, const Node& node, const std::vector<const Numbers*>& inputs) {
  const Numbers& input = *inputs[0];
  const auto channels = static_cast<std::size_t>(shape_of(graph, node.output)[3]);
  Numbers output(input.size());
  switch (node.op) {
    case Op::convolution:
      return convolve(graph, node, input);
    case Op::max_pool:
      return pool<MaxPoolAttributes>(graph, node, input, false);
    case Op::average_pool:
      return pool<AveragePoolAttributes>(graph, node, input, true);
    case Op::add: {
      const auto& a = std::get<AddAttributes>(node.attributes);
      for (std::size_t i = 0; i < output.size(); ++i)
        output[i] = std::clamp(input[i] + (*inputs[1])[i], double{a.low}, double{a.high});
      return output;
    }
    case Op::multiply_channels: {
      const auto& a = std::get<MultiplyChannelsAttributes>(node.attributes);
      for (std::size_t i = 0; i < output.size(); ++i)
        output[i] = std::clamp(input[i] * (*inputs[1])[i % channels], double{a.low}, double{a.high});
      return output;
    }
    case Op::multiply_add: {
      const float* multiplier = graph.parameter(node, "multiplier")->as<float>();
      const float* addend = graph.parameter(node, "addend")->as<float>();
      for (std::size_t i = 0; i < output.size(); ++i)
        output[i] = input[i] * double{multiplier[i % channels]} + double{addend[i % channels]};
      return output;
    }
    case Op::activation:
      std::transform(input.begin(), input.end(), output.begin(),
                     [&](double x) { return activate(std::get<ActivationAttributes>(node.attributes), x); });
      return output;
    case Op::concatenate: {
      const auto first = static_cast<std::size_t>(shape_of(graph, node.inputs[0])[3]);
      output.clear();
      for (std::size_t i = 0, j = 0; i < input.size(); i += first, j += channels - first) {
        output.insert(output.end(), &input[i], &input[i] + first);
        output.insert(output.end(), &(*inputs[1])[j], &(*inputs[1])[j] + (channels - first));
      }
      return output;
    }
    default:
      FAIL("an operation that is not evaluated here: " << op_name(node.op));
      return {};
  }
}

std::vector<Numbers> evaluate_real(const Graph& graph, const Numbers& input) {
  std::vector<Numbers> values(graph.values.size());
  values[static_cast<std::size_t>(graph.input)] = input;
  for (const Node& node : graph.nodes) {
    std::vector<const Numbers*> inputs;
    for (const ValueId value : node.inputs)
      inputs.push_back(&values[static_cast<std::size_t>(value)]);
    values[static_cast<std::size_t>(node.output)] = evaluate_layer(graph, node, inputs);
  }
  return values;
}

}  // namespace bitplace::test
