#include "graph/validate.h"

#include <catch2/catch.hpp>
#include <ctime>
#include <limits>

#include "graph/text_dump.h"

using namespace bitplace;

namespace {

Tensor zeros(DataType type, const Shape& shape) {
  return {"zeros", type, shape, std::vector<std::byte>(dense_bytes(type, shape))};
}

// u8 8x8x3 -> 3x3 convolution to 5 channels, 2x2 pool, threshold.
Graph small_graph() {
  Graph graph;
  graph.input = graph.add_value("image", DataType::u8, Shape(1, 8, 8, 3));
  Node node{"conv", Op::convolution, {graph.input}, kNone, {}, {}};
  ConvolutionAttributes attributes;
  attributes.kernel_height = attributes.kernel_width = 3;
  attributes.pool_height = attributes.pool_width = 2;
  node.attributes = attributes;
  node.parameters.push_back({"weight", graph.add_tensor(zeros(DataType::b1, Shape(5, 3, 3, 3)))});
  const Result<ValueId> conv = graph.append(node);
  REQUIRE(conv.ok());
  graph.features = *conv;
  const Result<ValueId> flat = graph.append({"flatten", Op::reshape, {*conv}, kNone, {}, {}});
  REQUIRE(flat.ok());
  const Result<ValueId> normal = graph.append({"normalize", Op::l2_normalize, {*flat}, kNone, {}, {}});
  REQUIRE(normal.ok());
  graph.descriptor = *normal;
  return graph;
}

}  // namespace

TEST_CASE("a small graph infers its shapes and is deployable") {
  const Graph graph = small_graph();
  CHECK(validate_deployable(graph).ok());
  CHECK(graph.values[1].shape == Shape(1, 3, 3, 5));
  CHECK(graph.values[1].type == DataType::s32);
  CHECK(graph.values.back().shape == Shape(1, 1, 1, 45));
}

TEST_CASE("a node that reads what is not yet written is refused") {
  Graph graph = small_graph();
  std::swap(graph.nodes[0], graph.nodes[1]);
  CHECK(validate_graph(graph).error().code() == ErrorCode::corrupt);
}

TEST_CASE("a stated shape that differs from the computed one is refused") {
  Graph graph = small_graph();
  graph.values[1].shape[1] = 4;
  CHECK_FALSE(validate_graph(graph).ok());
}

TEST_CASE("indices out of range are refused") {
  for (const std::int32_t bad : {-1, 1000}) {
    Graph graph = small_graph();
    graph.nodes[0].inputs[0] = bad;
    CHECK_FALSE(validate_graph(graph).ok());
    graph = small_graph();
    graph.nodes[0].output = bad;
    CHECK_FALSE(validate_graph(graph).ok());
    graph = small_graph();
    graph.nodes[0].parameters[0].tensor = bad;
    CHECK_FALSE(validate_graph(graph).ok());
    graph = small_graph();
    graph.descriptor = bad;
    CHECK_FALSE(validate_graph(graph).ok());
  }
}

TEST_CASE("a desk operation is valid but not deployable") {
  Graph graph = small_graph();
  Node divide{"divide", Op::divide, {graph.features}, kNone, DivideAttributes{255.0f}, {}};
  const Result<ValueId> divided = graph.append(divide);
  REQUIRE(divided.ok());
  CHECK(validate_graph(graph).ok());
  CHECK(validate_deployable(graph).error().code() == ErrorCode::unsupported);
}

TEST_CASE("levels have a whole number of codes, and are no deployable operation") {
  const auto append = [](const LevelsAttributes& attributes) {
    Graph graph = small_graph();
    const Result<ValueId> output = graph.append({"levels", Op::levels, {1}, kNone, attributes, {}});
    if (!output.ok()) return false;
    CHECK(graph.values.back().type == DataType::f32);
    CHECK(validate_deployable(graph).error().code() == ErrorCode::unsupported);
    CHECK(dump_graph(graph).find("= levels(%1) \"levels\" scale=") != std::string::npos);
    return true;
  };
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  CHECK(append({3.0f, 0.0f, 3.0f, 1.0f / 3.0f, 0.0f}));
  CHECK(append({-128.0f, 127.5f, 255.0f, -2.0f / 255.0f, 1.0f}));
  CHECK_FALSE(append({0.0f, 0.0f, 3.0f, 1.0f, 0.0f}));
  CHECK_FALSE(append({1.0f, kNan, 3.0f, 1.0f, 0.0f}));
  CHECK_FALSE(append({1.0f, 0.0f, 3.0f, kNan, 0.0f}));
  CHECK_FALSE(append({1.0f, 0.0f, 3.0f, 1.0f, kNan}));
  for (const float high : {0.0f, 2.5f, 256.0f, kNan})
    CHECK_FALSE(append({1.0f, 0.0f, high, 1.0f, 0.0f}));
}

TEST_CASE("a requantization above 127 gives codes without a sign, which few operations read") {
  const auto type_of = [](float low, float high) {
    Graph graph = small_graph();
    graph.nodes.resize(1);
    graph.values.resize(2);
    Node& node = graph.nodes[0];
    auto& attributes = std::get<ConvolutionAttributes>(node.attributes);
    attributes.epilogue = Epilogue::requantize;
    attributes.pool_height = attributes.pool_width = 1;
    attributes.output_low = low;
    attributes.output_high = high;
    for (const char* role : {"scale", "bias"})
      node.parameters.push_back({role, graph.add_tensor(zeros(DataType::f32, Shape(std::int64_t{5})))});
    const Result<ValueSpec> output = infer_output(graph, node);
    return output.ok() ? output->type : DataType::b1;
  };
  constexpr float kOpen = std::numeric_limits<float>::infinity();
  CHECK(type_of(-kOpen, kOpen) == DataType::s8);
  CHECK(type_of(0.0f, 127.0f) == DataType::s8);
  CHECK(type_of(0.0f, 128.0f) == DataType::u8);
  CHECK(type_of(200.0f, 255.0f) == DataType::u8);
  for (const float low : {-1.0f, -kOpen, 0.5f})
    CHECK(type_of(low, 255.0f) == DataType::b1);
  CHECK(type_of(201.0f, 200.0f) == DataType::b1);
  CHECK(type_of(0.0f, 254.5f) == DataType::b1);
  CHECK(type_of(0.0f, 256.0f) == DataType::b1);

  Graph graph = small_graph();
  Node add{"add", Op::add, {graph.input, graph.input}, kNone, AddAttributes{}, {}};
  CHECK_FALSE(graph.append(add).ok());
}

TEST_CASE("weights of few levels beside floats have a scale, and none becomes infinite") {
  const auto check = [](DataType input, DataType weight, Epilogue epilogue, float scale) {
    Graph graph = small_graph();
    graph.input = graph.add_value("map", input, Shape(1, 4, 4, 3));
    ConvolutionAttributes attributes;
    attributes.epilogue = epilogue;
    attributes.output_type = input == DataType::f16 ? DataType::f16 : DataType::f32;
    Node node{"conv", Op::convolution, {graph.input}, kNone, attributes, {}};
    node.parameters.push_back({"weight", graph.add_tensor(zeros(weight, Shape(2, 1, 1, 3)))});
    node.parameters.push_back({"bias", graph.add_tensor(zeros(DataType::f32, Shape(std::int64_t{2})))});
    Tensor scales = zeros(DataType::f32, Shape(std::int64_t{2}));
    scales.as<float>()[0] = scales.as<float>()[1] = scale;
    if (scale != 0) node.parameters.push_back({"scale", graph.add_tensor(std::move(scales))});
    graph.nodes.clear();
    graph.values = {graph.values.back()};
    graph.input = node.inputs[0] = 0;
    const Result<ValueId> output = graph.append(node);
    if (!output.ok()) return false;
    graph.features = *output;
    const Result<ValueId> flat = graph.append({"flatten", Op::reshape, {*output}, kNone, {}, {}});
    const ValueId wide =
        input == DataType::f16
            ? *graph.append({"widen", Op::cast, {*flat}, kNone, CastAttributes{DataType::f32}, {}})
            : *flat;
    graph.descriptor = *graph.append({"normalize", Op::l2_normalize, {wide}, kNone, {}, {}});
    return validate_deployable(graph).ok();
  };
  using enum DataType;
  for (const DataType weight : {b1, b2, s4, s8}) {
    CAPTURE(data_type_name(weight));
    CHECK(check(f32, weight, Epilogue::affine, 0.5f));
    CHECK(check(f16, weight, Epilogue::affine, 0.5f));
    CHECK_FALSE(check(f32, weight, Epilogue::affine, 0));
    CHECK_FALSE(check(f32, weight, Epilogue::raw, 0.5f));
    CHECK_FALSE(check(f16, weight, Epilogue::affine, 65536.0f));
    CHECK(check(f32, weight, Epilogue::affine, 65536.0f));
  }
  CHECK_FALSE(check(f32, b2, Epilogue::affine, 2e38f));
  CHECK_FALSE(check(f32, f32, Epilogue::affine, 0.5f));  // which is not read
}

TEST_CASE("accumulators that could overflow are refused") {
  Graph graph;
  graph.input = graph.add_value("image", DataType::u8, Shape(1, 255, 255, 1024));
  Node node{"conv", Op::convolution, {graph.input}, kNone, {}, {}};
  ConvolutionAttributes attributes;
  attributes.kernel_height = attributes.kernel_width = 255;
  node.attributes = attributes;
  node.parameters.push_back({"weight", graph.add_tensor(zeros(DataType::b1, Shape(1, 255, 255, 1024)))});
  CHECK_FALSE(graph.append(node).ok());
}

TEST_CASE("a parameter that its layer does not read is refused") {
  Graph graph = small_graph();
  graph.nodes[1].parameters.push_back({"weight", 0});
  CHECK(validate_deployable(graph).error().code() == ErrorCode::unsupported);

  graph = small_graph();
  graph.nodes[0].parameters.push_back({"weight", 0});
  CHECK(validate_deployable(graph).error().code() == ErrorCode::corrupt);

  graph = small_graph();
  graph.nodes[0].parameters.push_back({"flip", graph.add_tensor(zeros(DataType::u8, Shape(5)))});
  CHECK(validate_deployable(graph).error().code() == ErrorCode::corrupt);
}

TEST_CASE("the largest graph is checked in no time") {
  Graph graph = small_graph();
  ValueId last = graph.features;
  for (std::size_t i = 0; i < 2000; ++i) {
    const Result<ValueId> pooled =
        graph.append({"pool", Op::max_pool, {last}, kNone, MaxPoolAttributes{}, {}});
    REQUIRE(pooled.ok());
    last = *pooled;
  }
  for (std::size_t i = 0; i < 2000; ++i)
    REQUIRE(graph.append({"normalize", Op::l2_normalize, {last}, kNone, {}, {}}).ok());
  const std::clock_t start = std::clock();
  CHECK(validate_deployable(graph).ok());
  CHECK(std::clock() - start < CLOCKS_PER_SEC);
}
