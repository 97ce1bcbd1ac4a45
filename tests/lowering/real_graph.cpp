#include "real_graph.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "lowering/evaluate.h"
#include "lowering/rewrite.h"
#include "networks/network_builder.h"

namespace bitplace::test {
namespace {

// Weights that keep activations of order one, variances that are positive.
class TestParameters final : public ParameterSource {
 public:
  explicit TestParameters(Random& random) : random_(random) {}

  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>& shape) override {
    std::size_t count = 1;
    for (const std::int64_t extent : shape)
      count *= static_cast<std::size_t>(extent);
    const float depth = static_cast<float>(count) / static_cast<float>(shape[0]);
    std::vector<float> values(count);
    for (float& value : values)
      value = shape.size() > 1 ? random_.real(-1.7f, 1.7f) / std::sqrt(depth) : one_of(name);
    return values;
  }

 private:
  float one_of(const std::string& name) {
    if (name.ends_with("running_var") || name.ends_with(".weight")) return random_.real(0.5f, 1.5f);
    return random_.real(-0.3f, 0.3f);
  }

  Random& random_;
};

}  // namespace

Graph real_graph(Random& random) {
  TestParameters parameters(random);
  NetworkBuilder net(parameters, 12, 10);
  const auto normalized = [&](const std::string& name, ValueId x, const ConvolutionShape& shape) {
    return net.batch_norm(name + "_bn", net.convolution(name, x, shape));
  };
  const auto relu = [&](ValueId x, ActivationKind kind) { return net.activation("activation", x, kind); };
  ValueId x = relu(normalized("stem", net.input(), {8, 3, 1, 1}), ActivationKind::relu6);
  const ValueId shortcut = x;
  x = relu(normalized("depthwise", x, {8, 3, 1, 1, 8}), ActivationKind::relu6);
  x = net.add("sum", normalized("project", x, {8}), shortcut);
  ValueId gate = net.global_average("squeeze_mean", x);
  gate = relu(net.convolution("squeeze", gate, {4, 1, 1, 0, 1, true}), ActivationKind::silu);
  gate = relu(net.convolution("excite", gate, {8, 1, 1, 0, 1, true}), ActivationKind::sigmoid);
  x = net.max_pool("pool", net.multiply_channels("gated", x, gate), {2, 2});
  const ValueId left = relu(net.convolution("left", x, {5, 1, 1, 0, 1, true}), ActivationKind::relu);
  const ValueId right = relu(net.convolution("right", x, {6, 3, 1, 1, 1, true}), ActivationKind::relu);
  x = relu(normalized("last", net.concatenate("join", left, right), {7}), ActivationKind::relu);
  Node gem{"gem", Op::gem_pool, {x}, kNone, GemPoolAttributes{}, {}};
  Result<Graph> graph = net.finish(net.append(std::move(gem)));
  if (!graph.ok()) throw std::logic_error(graph.error().message());
  return *std::move(graph);
}

std::vector<double> random_input(const Graph& graph, Random& random) {
  std::vector<double> input(static_cast<std::size_t>(value_at(graph, graph.input).shape.elements()));
  for (double& x : input)
    x = static_cast<double>(random.real(-2.0f, 2.0f));
  return input;
}

ActivationRanges measured_ranges(const Graph& graph, const std::vector<std::vector<double>>& inputs) {
  ActivationRanges ranges(graph.values.size());
  for (const std::vector<double>& input : inputs) {
    const Result<EvaluatedValues> values = evaluate(graph, input);
    if (!values.ok()) throw std::logic_error(values.error().message());
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      for (const double x : (*values)[i]) {
        ranges[i].largest8 = ranges[i].largest4 =
            std::max(ranges[i].largest8, static_cast<float>(std::fabs(x)));
        ranges[i].negative = ranges[i].negative || x < 0;
      }
    }
  }
  for (ActivationRange& range : ranges)
    range.largest_unsigned = range.largest8;
  return ranges;
}

}  // namespace bitplace::test
