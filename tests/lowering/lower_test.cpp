#include "lowering/lower.h"

#include <catch2/catch.hpp>

#include "graph/validate.h"
#include "lowering/evaluate.h"
#include "lowering/rewrite.h"
#include "random_graph.h"

using namespace bitplace;

namespace {

std::vector<double> features_of(const Graph& graph, const std::vector<double>& input) {
  const Result<EvaluatedValues> values = evaluate(graph, input);
  if (!values.ok()) FAIL(values.error().message());
  return (*values)[static_cast<std::size_t>(graph.features)];
}

std::vector<double> scaled(std::vector<double> pixels) {
  for (double& pixel : pixels)
    pixel /= 255.0;
  return pixels;
}

std::size_t count(const Graph& graph, Op op) {
  std::size_t found = 0;
  for (const Node& node : graph.nodes)
    found += node.op == op ? 1 : 0;
  return found;
}

Graph lowered(const Graph& graph, const LoweringOptions& options = {}) {
  const Result<Graph> result = lower(graph, options);
  if (!result.ok()) FAIL(result.error().message());
  return *result;
}

}  // namespace

TEST_CASE("every pass keeps the features of every kind of network") {
  test::Random random;
  for (const test::Between between : test::kAllBetween) {
    for (const PaddingValue padding : {PaddingValue::valid, PaddingValue::zero, PaddingValue::one}) {
      for (const std::int32_t groups : {1, 4}) {
        INFO("between " << static_cast<int>(between) << ", " << padding_name(padding) << ", groups "
                        << groups);
        const Graph graph = test::random_graph({between, padding, 36, groups}, random);
        const std::vector<double> pixels = test::random_pixels(graph, random);
        const Result<EvaluatedValues> trained = evaluate(graph, scaled(pixels));
        REQUIRE(trained.ok());
        REQUIRE(count_sign_ties(graph, *trained) == 0);
        const std::vector<double>& expected = (*trained)[static_cast<std::size_t>(graph.features)];
        LoweringOptions options;
        options.observe = [&](const char* pass, const Graph& after) {
          if (std::string(pass) == "float") return;
          INFO("after " << pass);
          CHECK(features_of(after, pixels) == expected);
        };
        lowered(graph, options);
      }
    }
  }
}

TEST_CASE("non-overlapping pools and thresholds disappear into the convolutions") {
  test::Random random;
  for (const test::Between between : test::kAllBetween) {
    INFO("between " << static_cast<int>(between));
    const Graph graph = lowered(test::random_graph({between, PaddingValue::one, 36, 1}, random));
    CHECK(count(graph, Op::threshold) == 0);
    CHECK(count(graph, Op::max_pool) == (between == test::Between::overlap_pool ? 1 : 0));
    CHECK(count(graph, Op::convolution) == 2);
    CHECK(value_at(graph, graph.features).type == DataType::s32);
    CHECK(value_at(graph, graph.descriptor).type == DataType::f32);
  }
}

TEST_CASE("descriptors take the three types") {
  test::Random random;
  const Graph graph = test::random_graph({}, random);
  const std::vector<double> pixels = test::random_pixels(graph, random);
  const std::vector<double> features = features_of(lowered(graph), pixels);
  const auto descriptor = [&](const DescriptorEncoding& encoding) {
    LoweringOptions options;
    options.descriptor = encoding;
    const Graph result = lowered(graph, options);
    return (*evaluate(result, pixels))[static_cast<std::size_t>(result.descriptor)];
  };
  const std::vector<double> codes = descriptor({DataType::s8, 0.5f, {}});
  const std::vector<double> signs = descriptor({DataType::b1, 1.0f, {}});
  const std::vector<std::int32_t> thresholds(features.size(), 7);
  const std::vector<double> compared = descriptor({DataType::b1, 1.0f, thresholds});
  for (std::size_t i = 0; i < features.size(); ++i) {
    CHECK(codes[i] == std::nearbyint(std::min(127.0, std::max(-127.0, features[i] * 0.5))));
    CHECK(signs[i] == (features[i] < 0 ? -1.0 : 1.0));
    CHECK(compared[i] == (features[i] < 7 ? -1.0 : 1.0));
  }
}

TEST_CASE("sign bits of whole words need one threshold per channel, not per element") {
  test::Random random;
  Graph graph = test::random_graph({}, random);
  LoweringOptions options;
  options.descriptor.type = DataType::b1;
  const Graph partial = lowered(graph, options);  // 40 channels: flattened first
  CHECK(partial.parameter(partial.nodes.back(), "threshold")->shape[0] ==
        value_at(partial, partial.features).shape.elements());
}

TEST_CASE("a first layer that pads the image with one is refused by name") {
  test::Random random;
  Graph graph = test::random_graph({}, random);
  auto& attributes = std::get<ConvolutionAttributes>(graph.nodes[0].attributes);
  attributes.padding = PaddingValue::one;
  const Result<Graph> result = lower(graph, {});
  REQUIRE_FALSE(result.ok());
  CHECK(std::string(result.error().message()).find("conv1") != std::string::npos);
}

TEST_CASE("a pool behind a factor that changes sign twice is refused by name") {
  // conv1 -> pool -> multiply by negative numbers -> pool: the first pool bars the filter's way.
  Graph graph;
  graph.input = graph.add_value("image", DataType::f32, Shape(1, 8, 8, 3));
  Tensor weight{"weight", DataType::b1, Shape(2, 1, 1, 3), std::vector<std::byte>(2)};
  const TensorId tensor = graph.add_tensor(weight);
  MaxPoolAttributes pool;
  pool.window_height = pool.window_width = pool.stride_height = pool.stride_width = 2;
  const TensorId minus = graph.add_tensor(make_tensor("minus", std::vector<float>{-1.0f, -1.0f}));
  const std::vector<Node> nodes = {
      {"conv1", Op::convolution, {0}, kNone, ConvolutionAttributes{}, {{"weight", tensor}}},
      {"pool1", Op::max_pool, {1}, kNone, pool, {}},
      {"minus", Op::multiply_add, {2}, kNone, NoAttributes{}, {{"multiplier", minus}, {"addend", minus}}},
      {"pool2", Op::max_pool, {3}, kNone, pool, {}},
      {"sign", Op::sign, {4}, kNone, NoAttributes{}, {}},
      {"conv2",
       Op::convolution,
       {5},
       kNone,
       ConvolutionAttributes{},
       {{"weight", graph.add_tensor({"w", DataType::b1, Shape(1, 1, 1, 2), std::vector<std::byte>(1)})}}}};
  for (const Node& node : nodes)
    REQUIRE(graph.append(node).ok());
  graph.features = graph.descriptor = 6;
  const Result<Graph> result = lower(graph, {});
  REQUIRE_FALSE(result.ok());
  CHECK(std::string(result.error().message()).find("pool2") != std::string::npos);
}

TEST_CASE("a graph with float layers left is refused with their names") {
  test::Random random;
  Graph graph = test::random_graph({}, random);
  graph.features = graph.descriptor = graph.nodes[2].output;  // the batch-norm: nothing integer comes of it
  graph.nodes.resize(3);
  graph.values.resize(4);
  const std::string layer = graph.nodes[2].name;
  const Result<Graph> result = lower(graph, {});
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::unsupported);
  CHECK(std::string(result.error().message()).find(layer) != std::string::npos);
}
