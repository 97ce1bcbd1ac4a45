// Real-valued networks through fold_real and lower_real, against the evaluation of the graph they came from.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "graph/code_range.h"
#include "lowering/evaluate.h"
#include "lowering/lower.h"
#include "lowering/rewrite.h"
#include "quantize/quantized_model.h"
#include "real_graph.h"

using namespace bitplace;
using namespace bitplace::test;

namespace {

struct Network {
  Random random;
  Graph trained = real_graph(random);
  Graph folded;
  std::vector<std::vector<double>> inputs;
  ActivationRanges ranges;

  Network() {
    Result<Graph> result = fold_real(trained);
    REQUIRE(result.ok());
    folded = *std::move(result);
    for (int i = 0; i < 4; ++i)
      inputs.push_back(random_input(trained, random));
    ranges = measured_ranges(folded, inputs);
  }

  Result<PreciseGraph> lower(const PrecisionMap& precisions) const {
    RealLoweringOptions options;
    options.precisions = precisions;
    options.ranges = ranges;
    return lower_real(folded, options);
  }
};

PrecisionMap uniform(Precision precision) {
  PrecisionMap map;
  map.otherwise = precision;
  return map;
}

std::vector<double> features_of(const Graph& graph, const std::vector<double>& input) {
  const Result<EvaluatedValues> values = evaluate(graph, input);
  INFO(values.error().message());
  REQUIRE(values.ok());
  return (*values)[static_cast<std::size_t>(graph.features)];
}

// The input as the lowered graph takes it: codes where it reads codes.
std::vector<double> as_input_of(const PreciseGraph& lowered, std::vector<double> input) {
  if (value_at(lowered.graph, lowered.graph.input).type != DataType::s8) return input;
  for (double& x : input)
    x = std::clamp(std::nearbyint(x / static_cast<double>(lowered.input_scale)), -127.0, 127.0);
  return input;
}

double relative_error(const Network& network, const PreciseGraph& lowered) {
  double error = 0.0, norm = 0.0;
  for (const std::vector<double>& input : network.inputs) {
    const std::vector<double> expected = features_of(network.trained, input);
    const std::vector<double> found = features_of(lowered.graph, as_input_of(lowered, input));
    REQUIRE(expected.size() == found.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      error += (expected[i] - found[i]) * (expected[i] - found[i]);
      norm += expected[i] * expected[i];
    }
  }
  return std::sqrt(error / norm);
}

// Sum of squares of what one layer's codes are away from the folded graph's numbers.
double layer_error(const Network& network, const PreciseGraph& lowered, const char* layer, float scale) {
  double error = 0.0;
  for (const std::vector<double>& input : network.inputs) {
    const Result<EvaluatedValues> expected = evaluate(network.folded, input);
    const Result<EvaluatedValues> found = evaluate(lowered.graph, as_input_of(lowered, input));
    REQUIRE(expected.ok());
    REQUIRE(found.ok());
    const auto& numbers = (*expected)[static_cast<std::size_t>(layer_output(network.folded, layer))];
    const auto& codes = (*found)[static_cast<std::size_t>(layer_output(lowered.graph, layer))];
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const double difference = codes[i] * static_cast<double>(scale) - numbers[i];
      error += difference * difference;
    }
  }
  return error;
}

std::size_t count(const Graph& graph, Op op) {
  return static_cast<std::size_t>(std::count_if(graph.nodes.begin(), graph.nodes.end(),
                                                [op](const Node& node) { return node.op == op; }));
}

}  // namespace

TEST_CASE("folding leaves no batch-norm and no clamp, and the same function") {
  const Network network;
  CHECK(count(network.folded, Op::batch_norm) == 0);
  CHECK(count(network.folded, Op::activation) == 2);  // silu and sigmoid
  for (const std::vector<double>& input : network.inputs) {
    const std::vector<double> expected = features_of(network.trained, input);
    const std::vector<double> found = features_of(network.folded, input);
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK(found[i] == Approx(expected[i]).epsilon(1e-5).margin(1e-6));
  }
}

TEST_CASE("a batch-norm that follows no convolution becomes a depthwise one") {
  Random random;
  Graph graph;
  graph.input = graph.add_value("image", DataType::f32, Shape(1, 3, 4, 3));
  Node node{"norm", Op::batch_norm, {graph.input}, kNone, BatchNormAttributes{}, {}};
  for (const char* role : {"mean", "variance", "weight", "bias"})
    node.parameters.push_back(
        {role, graph.add_tensor(make_tensor(role, std::vector<float>{0.5f, 2.0f, 0.1f}))});
  graph.features = graph.descriptor = *graph.append(node);
  const Result<Graph> folded = fold_real(graph);
  REQUIRE(folded.ok());
  REQUIRE(folded->nodes.size() == 1);
  CHECK(std::get<ConvolutionAttributes>(folded->nodes[0].attributes).groups == 3);
  const std::vector<double> input = random_input(graph, random);
  const std::vector<double> expected = features_of(graph, input), found = features_of(*folded, input);
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).epsilon(1e-6).margin(1e-6));
}

TEST_CASE("a negative variance is an error that names layer and channel") {
  Graph graph;
  graph.input = graph.add_value("image", DataType::f32, Shape(1, 3, 4, 3));
  Node node{"norm", Op::batch_norm, {graph.input}, kNone, BatchNormAttributes{}, {}};
  for (const char* role : {"mean", "variance", "weight", "bias"})
    node.parameters.push_back(
        {role, graph.add_tensor(make_tensor(role, std::vector<float>{1.0f, -2.0f, 1.0f}))});
  graph.features = graph.descriptor = *graph.append(node);
  const Result<Graph> folded = fold_real(graph);
  REQUIRE_FALSE(folded.ok());
  CHECK(std::string(folded.error().message()).find("layer 'norm': the variance of channel 1") !=
        std::string::npos);
}

TEST_CASE("features come the closer the more bits the layers have") {
  const Network network;
  // A rounding step of fp16 is 2^-11; of 8 bits about 1/127 of the largest, of 4 bits 1/7 or 1/15.
  const std::pair<Precision, double> bounds[] = {{Precision::fp32, 1e-5},
                                                 {Precision::fp16, 4e-3},
                                                 {Precision::int8, 0.06},
                                                 {Precision::w4a8, 0.4},
                                                 {Precision::w4a4, 0.8}};
  double before = 0.0;
  for (const auto& [precision, bound] : bounds) {
    CAPTURE(precision_name(precision));
    const Result<PreciseGraph> lowered = network.lower(uniform(precision));
    INFO(lowered.error().message());
    REQUIRE(lowered.ok());
    const double error = relative_error(network, *lowered);
    CHECK(error < bound);
    CHECK(error > before);
    before = error;
  }
}

TEST_CASE("an integer network stays on codes from the image to its last layer") {
  const Network network;
  const Result<PreciseGraph> lowered = network.lower(uniform(Precision::int8));
  REQUIRE(lowered.ok());
  const Graph& graph = lowered->graph;
  CHECK(value_at(graph, graph.input).type == DataType::s8);
  CHECK(count(graph, Op::quantize) == 0);
  CHECK(count(graph, Op::dequantize) == 0);
  CHECK(count(graph, Op::activation) == 0);
  for (const Node& node : graph.nodes) {
    if (node.op != Op::convolution) continue;
    CAPTURE(node.name);
    const bool last = node.name == "last";
    CHECK(value_at(graph, node.output).type == (last ? DataType::f32 : DataType::s8));
  }
}

TEST_CASE("what follows a ReLU has no negative codes") {
  const Network network;
  const Result<PreciseGraph> lowered = network.lower(uniform(Precision::int8));
  REQUIRE(lowered.ok());
  const std::vector<CodeRange> ranges = code_ranges(lowered->graph);
  for (const Node& node : lowered->graph.nodes) {
    const CodeRange range = ranges[static_cast<std::size_t>(node.output)];
    if (node.name == "stem" || node.name == "depthwise" || node.name == "left") CHECK(range.low == 0);
    if (node.name == "project" || node.name == "squeeze") CHECK(range.low == -127);
  }
}

TEST_CASE("codes without a sign stand between integer convolutions alone, and lie closer") {
  const Network network;
  PrecisionMap map = uniform(Precision::int8);
  const Result<PreciseGraph> with_sign = network.lower(map);
  map.unsigned_codes = true;
  const Result<PreciseGraph> lowered = network.lower(map);
  REQUIRE(with_sign.ok());
  REQUIRE(lowered.ok());
  const Graph& graph = lowered->graph;
  std::set<std::string> writers;
  const auto is_between = [](const Node& node) {
    return node.op == Op::convolution || node.op == Op::max_pool;
  };
  for (const Node& node : graph.nodes) {
    if (value_at(graph, node.output).type != DataType::u8) continue;
    CAPTURE(node.name);
    CHECK(is_between(node));
    writers.insert(node.name);
    for (const std::size_t reader : graph.readers(node.output))
      CHECK(is_between(graph.nodes[reader]));
    if (node.op == Op::convolution)
      CHECK(std::get<ConvolutionAttributes>(node.attributes).output_high == 255.0f);
  }
  // A sum reads the stem, too, what is projected may be negative, and left and right are joined.
  CHECK(writers == std::set<std::string>{"depthwise"});
  for (const Value& value : with_sign->graph.values)
    CHECK(value.type != DataType::u8);
  CHECK(relative_error(network, *lowered) < 0.06);
  const float largest =
      network.ranges[static_cast<std::size_t>(layer_output(network.folded, "depthwise"))].largest8;
  CHECK(layer_error(network, *lowered, "depthwise", largest / 255.0f) <
        layer_error(network, *with_sign, "depthwise", largest / 127.0f));
}

TEST_CASE("4-bit activations keep to 4 bits, and the image to 8") {
  const Network network;
  const Result<PreciseGraph> lowered = network.lower(uniform(Precision::w4a4));
  REQUIRE(lowered.ok());
  const Graph& graph = lowered->graph;
  const std::vector<CodeRange> ranges = code_ranges(graph);
  for (const Node& node : graph.nodes) {
    if (node.op != Op::convolution) continue;
    CAPTURE(node.name);
    CHECK(graph.parameter(node, "weight")->type == DataType::s4);
    const CodeRange range = ranges[static_cast<std::size_t>(node.inputs[0])];
    if (node.inputs[0] == graph.input) {
      CHECK(range.high == 127);
    } else {
      CHECK(range.high <= 15);
      CHECK(range.low >= -7);
    }
  }
}

TEST_CASE("any mix of precisions lowers, and errs less than its coarsest everywhere") {
  const Network network;
  Random random;
  const std::vector<std::string> layers = weighted_layers(network.folded);
  for (int round = 0; round < 60; ++round) {
    PrecisionMap map;
    for (const std::string& layer : layers)
      map.layers[layer] = static_cast<Precision>(random.integer(0, 4));
    map.unsigned_codes = round % 2 == 1;
    const Result<PreciseGraph> lowered = network.lower(map);
    CAPTURE(round);
    INFO(lowered.error().message());
    REQUIRE(lowered.ok());
    CHECK(relative_error(network, *lowered) < 0.8);
    for (const Node& node : lowered->graph.nodes) {
      if (node.op != Op::convolution) continue;
      const DataType weight = lowered->graph.parameter(node, "weight")->type;
      const Precision precision = map.of(node.name);
      CHECK(bits_per_element(weight) == weight_bits(precision));
    }
  }
}

TEST_CASE("integer layers without ranges are an error that names the value") {
  const Network network;
  RealLoweringOptions options;
  options.precisions = uniform(Precision::int8);
  const Result<PreciseGraph> lowered = lower_real(network.folded, options);
  REQUIRE_FALSE(lowered.ok());
  CHECK(std::string(lowered.error().message()).find("no calibration") != std::string::npos);
}

TEST_CASE("values that were never anything but 0 lower all the same") {
  Network network;
  for (ActivationRange& range : network.ranges)
    range = {};
  CHECK(network.lower(uniform(Precision::int8)).ok());
  CHECK(network.lower(uniform(Precision::w4a4)).ok());
}

TEST_CASE("a weight that fp16 cannot hold is an error") {
  Network network;
  for (Tensor& tensor : network.folded.tensors) {
    if (tensor.name == "project.weight") tensor.as<float>()[3] = 1e5f;
  }
  const Result<PreciseGraph> lowered = network.lower(uniform(Precision::fp16));
  REQUIRE_FALSE(lowered.ok());
  CHECK(std::string(lowered.error().message()).find("element 3 is too large for fp16") != std::string::npos);
}
