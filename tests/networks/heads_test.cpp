#include "networks/heads/head.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "networks/test_parameters.h"

using namespace bitplace;

namespace {

// A backbone of one layer, so that the features have this shape.
Graph backbone(std::int64_t height, std::int64_t width, std::int32_t channels) {
  test::AnyParameters parameters;
  NetworkBuilder builder(parameters, height, width);
  Result<Graph> graph = builder.finish(builder.linear("backbone", builder.input(), channels));
  REQUIRE(graph.ok());
  return *std::move(graph);
}

Graph with_head(Graph graph, const HeadSpec& head, test::AnyParameters& parameters) {
  Result<Graph> complete = append_head(std::move(graph), head, parameters);
  if (!complete.ok()) FAIL(complete.error().message());
  return *std::move(complete);
}

std::string failure(Graph graph, const HeadSpec& head) {
  test::AnyParameters parameters;
  const Result<Graph> complete = append_head(std::move(graph), head, parameters);
  REQUIRE_FALSE(complete.ok());
  return complete.error().message();
}

// The operations behind the backbone, in order.
std::vector<std::string> operations(const Graph& graph) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i < graph.nodes.size(); ++i)
    names.emplace_back(op_name(graph.nodes[i].op));
  return names;
}

Shape feature_shape(const Graph& graph) {
  CHECK(graph.descriptor == graph.features);
  return graph.values[static_cast<std::size_t>(graph.features)].shape;
}

Shape flat(std::int64_t elements) {
  return Shape(std::int64_t{1}, 1, 1, elements);
}

std::vector<float> floats(const Graph& graph, const char* name) {
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.name != name) continue;
    const auto* first = tensor.as<float>();
    return {first, first + tensor.shape.elements()};
  }
  FAIL("no tensor " << name);
  return {};
}

using Names = std::vector<std::string>;
using Taken = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

HeadSpec gem(std::string p_name, std::optional<float> p) {
  return {HeadKind::gem, PoolHead{GlobalPool::generalized_mean, false, std::move(p_name), p}, {}};
}

float exponent(const Graph& graph) {
  return std::get<GemPoolAttributes>(graph.nodes.back().attributes).p;
}

}  // namespace

TEST_CASE("head names go both ways") {
  CHECK(head_names() == Names{"flatten", "spoc", "mac", "gem", "netvlad", "mixvpr", "convap", "cosplace"});
  for (const std::string& name : head_names()) {
    HeadKind kind{};
    REQUIRE(head_from_name(name, &kind));
    CHECK(head_name(kind) == name);
  }
  HeadKind kind{};
  CHECK_FALSE(head_from_name("salad", &kind));
}

TEST_CASE("flatten leaves the map to the descriptor's encoding") {
  test::AnyParameters parameters;
  const Graph graph = with_head(backbone(5, 7, 4), {}, parameters);
  CHECK(operations(graph).empty());
  CHECK(feature_shape(graph) == Shape(std::int64_t{1}, 5, 7, 4));
}

TEST_CASE("SPoC and MAC pool the whole map") {
  test::AnyParameters parameters;
  const Graph spoc =
      with_head(backbone(5, 7, 4), {HeadKind::spoc, PoolHead{GlobalPool::average}, {}}, parameters);
  CHECK(operations(spoc) == Names{"average_pool"});
  CHECK(feature_shape(spoc) == flat(4));
  const auto& average = std::get<AveragePoolAttributes>(spoc.nodes.back().attributes);
  CHECK((average.window_height == 5 && average.window_width == 7));
  const Graph mac =
      with_head(backbone(5, 7, 4), {HeadKind::mac, PoolHead{GlobalPool::maximum}, {}}, parameters);
  CHECK(operations(mac) == Names{"max_pool"});
  CHECK(feature_shape(mac) == flat(4));
  CHECK(parameters.taken.empty());
}

TEST_CASE("GeM's exponent is the one asked for, the learned one, or 3") {
  test::AnyParameters parameters;
  parameters.values["pool.p"] = {2.75f};
  CHECK(exponent(with_head(backbone(5, 7, 4), gem("pool.p", std::nullopt), parameters)) == 2.75f);
  CHECK(exponent(with_head(backbone(5, 7, 4), gem("pool.p", 4.5f), parameters)) == 4.5f);
  CHECK(parameters.taken == Taken{{"pool.p", {1}}, {"pool.p", {1}}});
  CHECK(exponent(with_head(backbone(5, 7, 4), gem("", std::nullopt), parameters)) == 3.0f);
  const Graph graph = with_head(backbone(5, 7, 4), gem("", 2.0f), parameters);
  CHECK(exponent(graph) == 2.0f);
  CHECK(std::get<GemPoolAttributes>(graph.nodes.back().attributes).epsilon == 1e-6f);
  CHECK(feature_shape(graph) == flat(4));
  CHECK(failure(backbone(5, 7, 4), gem("", -1.0f)).find("p is not within (0, 64]") != std::string::npos);
}

TEST_CASE("CosPlace: pixels to length 1, GeM, linear") {
  test::AnyParameters parameters;
  parameters.values["aggregation.1.p"] = {3.0f};
  const HeadSpec head = {HeadKind::cosplace,
                         PoolHead{GlobalPool::generalized_mean, true, "aggregation.1.p", std::nullopt},
                         Projection{"aggregation.3", 6}};
  const Graph graph = with_head(backbone(5, 7, 4), head, parameters);
  CHECK(operations(graph) == Names{"l2_normalize_channels", "gem_pool", "convolution"});
  CHECK(feature_shape(graph) == flat(6));
  CHECK(parameters.taken ==
        Taken{{"aggregation.1.p", {1}}, {"aggregation.3.weight", {6, 4}}, {"aggregation.3.bias", {6}}});
}

TEST_CASE("a projection behind a map takes it in PyTorch's order") {
  test::AnyParameters parameters;
  const Graph graph = with_head(backbone(5, 7, 4),
                                {HeadKind::flatten, FlattenHead{}, Projection{"fc", 3, false}}, parameters);
  CHECK(operations(graph) == Names{"transpose", "reshape", "convolution"});
  CHECK(feature_shape(graph) == flat(3));
  CHECK(parameters.taken == Taken{{"fc.weight", {3, 140}}});
}

TEST_CASE("principal components: features to length 1, less the mean, along the components, whitened") {
  test::AnyParameters parameters;
  parameters.values["pca.mean"] = {1, 2, 3, 4};
  parameters.values["pca.components"] = {1, 0, 0, 2, 0, 3, 1, 0};
  parameters.values["pca.explained_variance"] = {4, 0.25};
  HeadSpec head = {HeadKind::spoc, PoolHead{}};
  head.components = PrincipalComponents{"pca", 2, true};
  const Graph whitened = with_head(backbone(5, 7, 4), head, parameters);
  CHECK(operations(whitened) == Names{"average_pool", "l2_normalize_channels", "convolution"});
  CHECK(feature_shape(whitened) == flat(2));
  CHECK(floats(whitened, "pca.weight") == std::vector<float>{0.5f, 0, 0, 1, 0, 6, 2, 0});
  CHECK(floats(whitened, "pca.bias") == std::vector<float>{-4.5f, -18});
  head.components->whiten = false;
  const Graph plain = with_head(backbone(5, 7, 4), head, parameters);
  CHECK(floats(plain, "pca.weight") == parameters.values["pca.components"]);
  CHECK(floats(plain, "pca.bias") == std::vector<float>{-9, -9});
  head.components->whiten = true;
  parameters.values["pca.explained_variance"] = {4, 0};
  const Result<Graph> refused = append_head(backbone(5, 7, 4), head, parameters);
  REQUIRE_FALSE(refused.ok());
  CHECK(std::string(refused.error().message()) ==
        "tensor 'pca.explained_variance': element 1 is not positive");
}

TEST_CASE("NetVLAD with the clusters outermost") {
  test::AnyParameters parameters;
  const NetvladHead layers{"pool.conv", "pool.centroids", 8, true, VladOrder::cluster_major};
  const Graph graph = with_head(backbone(5, 7, 4), {HeadKind::netvlad, layers, {}}, parameters);
  CHECK(operations(graph) == Names{"l2_normalize_channels", "convolution", "softmax", "vlad"});
  CHECK(feature_shape(graph) == flat(32));
  CHECK(std::get<VladAttributes>(graph.nodes.back().attributes).dimension_major == 0);
  CHECK(parameters.taken ==
        Taken{{"pool.conv.weight", {8, 4, 1, 1}}, {"pool.conv.bias", {8}}, {"pool.centroids", {8, 4}}});
}

TEST_CASE("NetVLAD with the dimensions outermost, and whitening behind its norm") {
  test::AnyParameters parameters;
  // Centre k is (k, 10 + k, 20 + k, 30 + k); the checkpoint has [D, K].
  for (int i = 0; i < 12; ++i)
    parameters.values["netvlad.centers"].push_back(static_cast<float>(10 * (i / 3) + i % 3));
  const NetvladHead layers{"netvlad.score_proj", "netvlad.centers", 3, false, VladOrder::dimension_major};
  const HeadSpec head = {HeadKind::netvlad, layers, Projection{"whiten", 5, true, true}};
  const Graph graph = with_head(backbone(5, 7, 4), head, parameters);
  CHECK(operations(graph) == Names{"l2_normalize_channels", "convolution", "softmax", "vlad",
                                   "l2_normalize_channels", "convolution"});
  CHECK(feature_shape(graph) == flat(5));
  CHECK(std::get<VladAttributes>(graph.nodes[4].attributes).dimension_major == 1);
  CHECK(parameters.taken == Taken{{"netvlad.score_proj.weight", {3, 4, 1}},
                                  {"netvlad.centers", {4, 3}},
                                  {"whiten.weight", {5, 12}},
                                  {"whiten.bias", {5}}});
  CHECK(floats(graph, "netvlad.centers") == std::vector<float>{0, 10, 20, 30, 1, 11, 21, 31, 2, 12, 22, 32});
}

TEST_CASE("MixVPR mixes pixels, then projects channels and rows") {
  test::AnyParameters parameters;
  const MixvprHead layers{"aggregator.", 2, 35, 20, 6, 3};
  const Graph graph = with_head(backbone(5, 7, 4), {HeadKind::mixvpr, layers, {}}, parameters);
  CHECK(operations(graph) == Names{"transpose", "layer_norm", "convolution", "activation", "convolution",
                                   "add", "layer_norm", "convolution", "activation", "convolution", "add",
                                   "transpose", "convolution", "transpose", "convolution", "reshape"});
  CHECK(feature_shape(graph) == flat(18));
  CHECK(parameters.taken == Taken{{"aggregator.mix.0.mix.0.weight", {35}},
                                  {"aggregator.mix.0.mix.0.bias", {35}},
                                  {"aggregator.mix.0.mix.1.weight", {20, 35}},
                                  {"aggregator.mix.0.mix.1.bias", {20}},
                                  {"aggregator.mix.0.mix.3.weight", {35, 20}},
                                  {"aggregator.mix.0.mix.3.bias", {35}},
                                  {"aggregator.mix.1.mix.0.weight", {35}},
                                  {"aggregator.mix.1.mix.0.bias", {35}},
                                  {"aggregator.mix.1.mix.1.weight", {20, 35}},
                                  {"aggregator.mix.1.mix.1.bias", {20}},
                                  {"aggregator.mix.1.mix.3.weight", {35, 20}},
                                  {"aggregator.mix.1.mix.3.bias", {35}},
                                  {"aggregator.channel_proj.weight", {6, 4}},
                                  {"aggregator.channel_proj.bias", {6}},
                                  {"aggregator.row_proj.weight", {3, 35}},
                                  {"aggregator.row_proj.bias", {3}}});
}

TEST_CASE("MixVPR refuses a map of another size") {
  const HeadSpec head = {HeadKind::mixvpr, MixvprHead{"aggregator.", 2, 36, 20, 6, 3}, {}};
  CHECK(required_positions(head) == 36);
  CHECK(failure(backbone(5, 7, 4), head) ==
        "head mixvpr: its weights are for 36 pixels of the feature map, which has 5x7: the input has another "
        "size");
  CHECK_FALSE(required_positions({}).has_value());
}

TEST_CASE("ConvAP averages cells that may overlap") {
  test::AnyParameters parameters;
  const Graph graph =
      with_head(backbone(3, 5, 4), {HeadKind::convap, ConvapHead{"channel_pool", 6, 2, 2}, {}}, parameters);
  CHECK(operations(graph) == Names{"convolution", "transpose", "convolution", "reshape"});
  CHECK(feature_shape(graph) == flat(24));
  CHECK(parameters.taken == Taken{{"channel_pool.weight", {6, 4, 1, 1}}, {"channel_pool.bias", {6}}});
  // Rows [0, 2) and [1, 3), columns [0, 3) and [2, 5): each cell the mean of six pixels.
  constexpr float kShare = 1.0f / 6.0f;
  std::vector<float> expected;
  for (int i = 0; i < 4; ++i) {
    for (int pixel = 0; pixel < 15; ++pixel) {
      const int row = pixel / 5 - i / 2, column = pixel % 5 - 2 * (i % 2);
      expected.push_back(row >= 0 && row < 2 && column >= 0 && column < 3 ? kShare : 0.0f);
    }
  }
  CHECK(floats(graph, "head/adaptive_pool.weight") == expected);
  CHECK(failure(backbone(3, 5, 4), {HeadKind::convap, ConvapHead{"channel_pool", 6, 0, 2}, {}}) ==
        "head convap: its grid has no cells");
}
