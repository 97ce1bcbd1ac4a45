// Channel means and variances carried through the graph. Only +, -, *, / and square roots, so that every
// machine gives the same statistics.
#include <cmath>
#include <cstring>

#include "core/bytes.h"
#include "networks/random_parameters.h"

namespace bitplace {
namespace {

struct Moments {
  double mean = 0.0, variance = 1.0;
};
using ChannelMoments = std::vector<Moments>;

// The numbers that rows of bits mean.
std::vector<float> signs_of(const Tensor& tensor) {
  const std::int64_t rows = tensor.shape[0], row_elements = tensor.shape.elements() / rows;
  const std::size_t row_bytes = tensor.data.size() / static_cast<std::size_t>(rows);
  std::vector<float> signs;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::byte* bytes = tensor.data.data() + static_cast<std::size_t>(row) * row_bytes;
    for (std::int64_t i = 0; i < row_elements; ++i)
      signs.push_back((bytes[i / 8] >> (i % 8) & std::byte{1}) == std::byte{0} ? 1.0f : -1.0f);
  }
  return signs;
}

std::vector<float> values_of(const Graph& graph, const Node& node, const char* role) {
  const Tensor* tensor = graph.parameter(node, role);
  if (tensor == nullptr) return {};
  if (tensor->type == DataType::b1) return signs_of(*tensor);
  return bitplace::values_of<float>(tensor->data);
}

void set_values(Graph* graph, const Node& node, std::string_view role, const std::vector<float>& values) {
  for (const Parameter& parameter : node.parameters) {
    if (parameter.role != role) continue;
    Tensor& tensor = graph->tensors[static_cast<std::size_t>(parameter.tensor)];
    std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  }
}

ChannelMoments convolved(const Graph& graph, const Node& node, const ChannelMoments& input) {
  const auto& a = std::get<ConvolutionAttributes>(node.attributes);
  const Shape& shape = graph.parameter(node, "weight")->shape;
  const std::vector<float> weight = values_of(graph, node, "weight"), bias = values_of(graph, node, "bias");
  const auto filters = static_cast<std::size_t>(shape[0]), depth = static_cast<std::size_t>(shape[3]);
  const auto groups = static_cast<std::size_t>(a.groups);
  const std::size_t products = weight.size() / filters;
  ChannelMoments output(filters);
  for (std::size_t filter = 0; filter < filters; ++filter) {
    const std::size_t first = filter / (filters / groups) * depth;  // channel of its group
    Moments sum = {bias.empty() ? 0.0 : static_cast<double>(bias[filter]), 0.0};
    for (std::size_t k = 0; k < products; ++k) {
      const auto w = static_cast<double>(weight[filter * products + k]);
      const Moments& x = input[first + k % depth];
      sum.mean += w * x.mean;
      sum.variance += w * w * x.variance;
    }
    output[filter] = sum;
  }
  return output;
}

ChannelMoments scaled(const Graph& graph, const Node& node, ChannelMoments moments) {
  const std::vector<float> multiplier = values_of(graph, node, "multiplier"),
                           addend = values_of(graph, node, "addend");
  for (std::size_t c = 0; c < moments.size(); ++c) {
    const auto factor = static_cast<double>(multiplier[c]);
    moments[c] = {factor * moments[c].mean + static_cast<double>(addend[c]),
                  factor * factor * moments[c].variance};
  }
  return moments;
}

// Divides by the root mean square, not by the deviation from the estimated mean: whatever image is larger
// than estimated then stays so by the same factor. With means taken off it would grow by 1.2 in every layer.
ChannelMoments normalized(Graph* graph, const Node& node, const ChannelMoments& input) {
  const std::vector<float> weight = values_of(*graph, node, "weight"), bias = values_of(*graph, node, "bias");
  std::vector<float> mean = values_of(*graph, node, "mean"), variance(input.size());
  ChannelMoments output(input.size());
  for (std::size_t c = 0; c < input.size(); ++c) {
    const double square = input[c].variance + input[c].mean * input[c].mean;
    const double size = std::sqrt(square), factor = static_cast<double>(weight[c]) / size;
    mean[c] = static_cast<float>(static_cast<double>(mean[c]) * size);
    variance[c] = static_cast<float>(square);
    output[c] = {(input[c].mean - static_cast<double>(mean[c])) * factor + static_cast<double>(bias[c]),
                 input[c].variance * factor * factor};
  }
  set_values(graph, node, "mean", mean);
  set_values(graph, node, "variance", variance);
  return output;
}

// max(x, 0) of a normal distribution, within a few percent: exact at t = 0 and far from it. What is near to a
// ReLU counts as one.
Moments rectified(const Moments& x) {
  const double deviation = std::sqrt(x.variance) + 1e-12, t = x.mean / deviation;
  const double positive = (1.0 + t / std::sqrt(1.0 + t * t)) / 2.0;
  return {deviation * (t + std::sqrt(t * t + 0.64)) / 2.0, x.variance * positive * std::sqrt(positive)};
}

// Between -1 and 1: less than it was by what exceeds that.
Moments bounded(const Moments& x) {
  const double size = std::sqrt(1.0 + x.mean * x.mean + x.variance);
  return {x.mean / size, x.variance / (size * size)};
}

// -1 and +1. What is never negative is taken for a normal distribution all the same.
Moments signs(const Moments& x) {
  const double deviation = std::sqrt(x.variance) + 1e-12, t = x.mean / deviation;
  const double mean = t / std::sqrt(1.0 + t * t);
  return {mean, 1.0 - mean * mean};
}

// Between the level of code 0 and that of the highest code, as `bounded` is between -1 and 1.
Moments levelled(const LevelsAttributes& a, const Moments& x) {
  const double reach = static_cast<double>(a.high * a.step) / 2.0;
  const double center = static_cast<double>(a.base) + reach;
  const Moments inside = bounded({(x.mean - center) / reach, x.variance / (reach * reach)});
  return {center + reach * inside.mean, reach * reach * inside.variance};
}

Moments activated(const ActivationAttributes& a, const Moments& x) {
  if (a.kind == ActivationKind::sigmoid) return {0.5, x.variance / (16.0 + 4.0 * x.variance)};
  if (a.kind == ActivationKind::hard_tanh || a.kind == ActivationKind::leaky_tanh) return bounded(x);
  return rectified(x);
}

// The largest of several taps, most of them alike.
Moments largest(const Moments& x) {
  return {x.mean + std::sqrt(x.variance), x.variance / 2.0};
}

Moments summed(const Moments& a, const Moments& b) {
  return {a.mean + b.mean, a.variance + b.variance};
}

Moments gated(const Moments& map, const Moments& gate) {
  const double square = gate.mean * gate.mean;
  return {map.mean * gate.mean,
          map.variance * (square + gate.variance) + map.mean * map.mean * gate.variance};
}

class Settling {
 public:
  explicit Settling(Graph* graph) : graph_(graph), moments_(graph->values.size()) {}

  void run() {
    const Value& image = graph_->values[static_cast<std::size_t>(graph_->input)];
    at(graph_->input).resize(static_cast<std::size_t>(image.shape[3]));
    for (const Node& node : graph_->nodes)
      at(node.output) = moments_behind(node);
  }

 private:
  ChannelMoments& at(ValueId value) { return moments_[static_cast<std::size_t>(value)]; }

  template <typename Function>
  static ChannelMoments each(ChannelMoments moments, const Function& function) {
    for (Moments& channel : moments)
      channel = function(channel);
    return moments;
  }
  template <typename Function>
  static ChannelMoments each(ChannelMoments a, const ChannelMoments& b, const Function& function) {
    for (std::size_t c = 0; c < a.size(); ++c)
      a[c] = function(a[c], b[c]);
    return a;
  }

  ChannelMoments moments_behind(const Node& node) {
    const ChannelMoments& first = at(node.inputs[0]);
    switch (node.op) {
      case Op::convolution:
        return convolved(*graph_, node, first);
      case Op::batch_norm:
        return normalized(graph_, node, first);
      case Op::activation: {
        const auto& a = std::get<ActivationAttributes>(node.attributes);
        return each(first, [&](const Moments& x) { return activated(a, x); });
      }
      case Op::sign:
        return each(first, signs);
      case Op::levels: {
        const auto& a = std::get<LevelsAttributes>(node.attributes);
        return each(first, [&](const Moments& x) { return levelled(a, x); });
      }
      case Op::multiply_add:
        return scaled(*graph_, node, first);
      case Op::max_pool:
        return each(first, largest);
      case Op::add:
        return each(first, at(node.inputs[1]), summed);
      case Op::multiply_channels:
        return each(first, at(node.inputs[1]), gated);
      case Op::concatenate: {
        ChannelMoments both = first;
        both.insert(both.end(), at(node.inputs[1]).begin(), at(node.inputs[1]).end());
        return both;
      }
      default: {
        // Means keep their mean; anything else stands behind the last batch-norm.
        const Value& output = graph_->values[static_cast<std::size_t>(node.output)];
        ChannelMoments same = first;
        same.resize(static_cast<std::size_t>(output.shape[3]));
        return same;
      }
    }
  }

  Graph* graph_;
  std::vector<ChannelMoments> moments_;
};

}  // namespace

void settle_batch_norms(Graph* graph) {
  Settling(graph).run();
}

}  // namespace bitplace
