// AlexNet's relatives that are lists of layers.
#include <catch2/catch.hpp>
#include <cmath>

#include "lowering/evaluate.h"
#include "networks/backbone.h"
#include "networks/evaluated_values.h"
#include "networks/load_network.h"
#include "networks/named_shapes.h"
#include "networks/random_parameters.h"
#include "support/random.h"

using namespace bitplace;

namespace {

const char* const kNames[] = {"floppynet2", "floppynet4", "floppynet8", "alexnet", "xnornet", "dorefanet"};

// Makes parameters up and remembers what they are called.
class Remembering : public ParameterSource {
 public:
  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>& shape) override {
    taken.emplace_back(name, shape);
    return random_.take(name, shape);
  }

  test::NamedShapes taken;

 private:
  RandomParameters random_{5};
};

struct Built {
  Graph graph;
  std::int64_t parameters = 0;  // running statistics too, as Keras counts them
  test::NamedShapes names;
};

Built build(const ResidualChoice& choice, std::int64_t side, std::size_t cut = 0) {
  const Result<Backbone> backbone = residual_backbone(choice);
  if (!backbone.ok()) FAIL(backbone.error().message());
  Remembering parameters;
  Result<Graph> graph = build_backbone(*backbone, backbone->cuts[cut], parameters, side, side);
  if (!graph.ok()) FAIL(graph.error().message());
  Built built{*std::move(graph), 0, parameters.taken};
  for (const auto& [name, shape] : built.names) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
      count *= extent;
    built.parameters += count;
  }
  return built;
}

std::int64_t products(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Node& node : graph.nodes) {
    if (node.op != Op::convolution) continue;
    const Shape& output = graph.values[static_cast<std::size_t>(node.output)].shape;
    sum += output[1] * output[2] * graph.parameter(node, "weight")->shape.elements();
  }
  return sum;
}

Shape map_of(const Graph& graph) {
  return graph.values[static_cast<std::size_t>(graph.features)].shape;
}

const Node& node_named(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes) {
    if (node.name == name) return node;
  }
  FAIL("no node " << name);
  return graph.nodes[0];
}

Checkpoint zeros_of(const test::NamedShapes& names) {
  return {"net.pt", "LibTorch archive", 0, {}, test::zeros(names)};
}

}  // namespace

TEST_CASE("AlexNet's relatives have their papers' weights, map and costs") {
  struct Expected {
    ResidualChoice choice;
    std::int64_t side, weights, batch_norms, map_side, products;  // products in 10^5
  };
  // XNOR-Net's batch-norms have three numbers for each channel.
  const Expected all[] = {
      {{"floppynet2", "", "", ""}, 227, 1'239'072, 4 * (96 + 256), 6, 6530},
      {{"floppynet8", "", "", ""}, 227, 1'239'072, 4 * (96 + 256), 6, 6530},
      {{"alexnet", "", "", ""}, 227, 3'747'200, 4 * (96 + 256 + 384 + 384 + 256), 6, 10766},
      {{"xnornet", "", "", ""}, 224, 34'848 + 2'383'872, 3 * (96 + 96 + 256 + 384), 7, 9378},
      {{"dorefanet", "code", "", ""}, 227, 41'472 + 3'710'976, 4 * (256 + 384 + 384 + 256), 7, 29910}};
  for (const Expected& expected : all) {
    INFO(expected.choice.name);
    const Built built = build(expected.choice, expected.side);
    CHECK(built.parameters == expected.weights + expected.batch_norms);
    CHECK(map_of(built.graph) == Shape(std::int64_t{1}, expected.map_side, expected.map_side, 256));
    CHECK(std::llround(static_cast<double>(products(built.graph)) / 1e5) == expected.products);
  }
}

TEST_CASE(
    "layers of few bits are levels with code 0 around the image, and weights with the steps of training") {
  const Graph floppynet4 = build({"floppynet4", "", "", ""}, 67).graph;
  const auto& signs = std::get<LevelsAttributes>(node_named(floppynet4, "conv2/input").attributes);
  CHECK(signs.scale == -8.0f);
  CHECK(signs.offset == 7.5f);
  CHECK(signs.high == 15.0f);
  CHECK(signs.step == -2.0f / 15.0f);
  CHECK(signs.base == 1.0f);
  const Node& conv2 = node_named(floppynet4, "conv2");
  CHECK(std::get<ConvolutionAttributes>(conv2.attributes).padding == PaddingValue::one);
  CHECK(floppynet4.parameter(conv2, "weight_scale")->as<float>()[5] == 1.0f / 15.0f);

  const Graph dorefanet = build({"dorefanet", "code", "", ""}, 67).graph;
  const auto& levels = std::get<LevelsAttributes>(node_named(dorefanet, "conv2/input").attributes);
  CHECK(levels.scale == 3.0f);
  CHECK(levels.offset == 0.0f);
  CHECK(levels.high == 3.0f);
  CHECK(levels.step == 1.0f / 3.0f);
  CHECK(levels.base == 0.0f);
  CHECK(std::get<ConvolutionAttributes>(node_named(dorefanet, "conv2").attributes).padding ==
        PaddingValue::zero);
  const Tensor& weight = *dorefanet.parameter(node_named(dorefanet, "conv2"), "weight");
  for (int i = 0; i < 100; ++i) {
    const float multiple = std::fabs(weight.as<float>()[i] * 3.0f);
    CHECK((multiple == 1.0f || multiple == 3.0f));
  }
}

TEST_CASE("XNOR-Net's filters have their mean magnitude as a factor; the published code's have none") {
  const auto count_factors = [](const Graph& graph) {
    return std::count_if(graph.nodes.begin(), graph.nodes.end(), [](const Node& node) {
      return node.op == Op::multiply_add && node.name.starts_with("conv");
    });
  };
  CHECK(count_factors(build({"xnornet", "paper", "", ""}, 64).graph) == 3);
  CHECK(count_factors(build({"xnornet", "code", "", ""}, 64).graph) == 0);
  CHECK(!residual_backbone({"xnornet", "code", "", "magnitude_aware_sign"}).ok());
  CHECK(residual_backbone({"xnornet", "code", "", "ste_sign"}).ok());
}

TEST_CASE("they end with any layer, and are known by their parameters where these tell") {
  for (const char* name : kNames) {
    INFO(name);
    const Result<Backbone> backbone = residual_backbone({name, "", "", ""});
    REQUIRE(backbone.ok());
    const auto side = static_cast<std::int64_t>(backbone->side);
    for (std::size_t cut = 0; cut < backbone->cuts.size(); ++cut)
      CHECK(map_of(build({name, "", "", ""}, side, cut).graph)[3] == backbone->cuts[cut].channels);
    CHECK(std::string_view(backbone->cuts.back().name) == "conv1");

    test::NamedShapes names = build({name, "", "", ""}, side).names;
    names.emplace_back("fc7.bias", std::vector<std::int64_t>{4096});
    NetworkOptions options;
    const bool told = !std::string_view(name).starts_with("floppynet");
    if (!told) options.network = name;
    const Result<LoadedNetwork> network = load_network(zeros_of(names), options);
    if (!network.ok()) FAIL(network.error().message());
    CHECK(network->name == name);
    CHECK(network->real_valued);
    CHECK(network->head == "flatten");
    CHECK(network->preprocessing.height == side);
    CHECK(network->preprocessing.resize == ResizeRule::bilinear_opencv);
    CHECK(network->preprocessing.mean == std::array<float, 3>{0.0f, 0.0f, 0.0f});
    const double epsilon = name == std::string_view("xnornet")     ? 1e-5
                           : name == std::string_view("dorefanet") ? 1e-4
                                                                   : 1e-3;
    CHECK(network->epsilon == epsilon);
    names.emplace_back("conv9.weight", std::vector<std::int64_t>{4});
    CHECK_FALSE(load_network(zeros_of(names), options).ok());
  }
}

TEST_CASE("random relatives of AlexNet tell images apart") {
  test::Random random(3);
  NetworkOptions options;
  options.height = options.width = 67;
  std::vector<double> images[2];
  for (auto& image : images) {
    const double level = random.real(0.1f, 0.5f);
    for (int i = 0; i < 67 * 67 * 3; ++i)
      image.push_back(level + (i / 3 % 67 < 30 ? 0.3 : 0.0) * random.real(0.0f, 1.0f));
  }
  for (const char* name : kNames) {
    INFO(name);
    const Result<LoadedNetwork> network = random_network(name, 9, options);
    if (!network.ok()) FAIL(network.error().message());
    const test::FeatureSpread spread = test::feature_spread(network->graph, images[0], images[1]);
    CHECK(spread.square > 0.0);
    CHECK(spread.difference > 1e-3 * spread.square);
  }
}
