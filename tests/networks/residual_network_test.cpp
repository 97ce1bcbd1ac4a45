#include "networks/residual/residual_network.h"

#include <catch2/catch.hpp>
#include <set>

#include "lowering/evaluate.h"
#include "lowering/rewrite.h"
#include "networks/backbone.h"
#include "networks/evaluated_values.h"
#include "networks/load_network.h"
#include "networks/random_parameters.h"
#include "support/random.h"

using namespace bitplace;

namespace {

// Zeros, counted: running statistics too, as Keras counts parameters.
class Counter : public ParameterSource {
 public:
  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>& shape) override {
    CHECK(names.insert(name).second);
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
      count *= extent;
    parameters += count;
    return std::vector<float>(static_cast<std::size_t>(count));
  }

  std::set<std::string> names;
  std::int64_t parameters = 0;
};

Graph build(const ResidualChoice& choice, std::int64_t side, Counter* counter) {
  const Result<Backbone> backbone = residual_backbone(choice);
  if (!backbone.ok()) FAIL(backbone.error().message());
  Result<Graph> graph = build_backbone(*backbone, backbone->cuts[0], *counter, side, side);
  if (!graph.ok()) FAIL(graph.error().message());
  return *std::move(graph);
}

struct Costs {
  std::int64_t real = 0, binary = 0;  // products
};

Costs costs_of(const Graph& graph) {
  Costs costs;
  for (const Node& node : graph.nodes) {
    if (node.op != Op::convolution) continue;
    const Shape& output = graph.values[static_cast<std::size_t>(node.output)].shape;
    const Tensor& weight = *graph.parameter(node, "weight");
    const std::int64_t products = output[1] * output[2] * weight.shape.elements();
    (weight.type == DataType::b1 ? costs.binary : costs.real) += products;
  }
  return costs;
}

// With a dense layer behind the map's mean.
std::int64_t with_classes(std::int64_t parameters, std::int64_t classes) {
  return parameters + 512 * classes + classes;
}

}  // namespace

TEST_CASE("residual networks have as many parameters as the published files, at 224 x 224 their costs") {
  struct Published {
    ResidualChoice choice;
    std::int64_t classes, total;
  };
  const Published published[] = {{{"binvpr-leaky-20", "code", "", ""}, 365, 16795373},
                                 {{"binvpr-leaky-20", "code", "", ""}, 48, 16632752},
                                 {{"binvpr-ste-20", "code", "", ""}, 5, 16610693},
                                 {{"binvpr-leaky-36", "code", "", ""}, 365, 34857197},
                                 {{"binvpr-ste-36", "code", "", ""}, 48, 34694576},
                                 {{"bireal34", "code", "", ""}, 365, 21518637},
                                 {{"realtobin34", "code", "", ""}, 365, 22055981}};
  for (const Published& network : published) {
    INFO(network.choice.name << " with " << network.classes << " classes");
    Counter counter;
    build(network.choice, 64, &counter);
    CHECK(with_classes(counter.parameters, network.classes) == network.total);
  }
  // The basic block's second convolution, 128 x 128 x 3 x 3, is what the drawing has and the file has not.
  Counter drawn;
  const Costs paper = costs_of(build({"binvpr-ste-20", "paper", "", ""}, 224, &drawn));
  CHECK(drawn.parameters - 16518528 - 65536 - 24064 == 128 * 128 * 9);
  Counter counted;
  const Costs code = costs_of(build({"binvpr-ste-20", "code", "", ""}, 224, &counted));
  CHECK(code.binary / 1000000 == 19421);
  CHECK(paper.binary == code.binary);
  CHECK(code.real / 1000000 == 7585);  // 7572 of the basic block, 12.8 of the restoring convolution
  CHECK(paper.real - code.real == std::int64_t{224} * 224 * 128 * 128 * 9);
}

TEST_CASE("every residual network is built at its size, ends at each stage and has its own names") {
  for (const ResidualNetwork& network : residual_networks()) {
    if (network.head != std::string_view("spoc")) continue;  // AlexNet's relatives have tests of their own
    for (const char* variant : network.variants) {
      INFO(network.name << " " << variant);
      const ResidualChoice choice{network.name, variant, "", ""};
      Counter counter;
      const Graph graph = build(choice, 64, &counter);
      const Shape& map = graph.values[static_cast<std::size_t>(graph.features)].shape;
      const std::int64_t side = std::string_view(network.name).starts_with("binvpr") ? 4 : 2;
      CHECK(map == Shape(std::int64_t{1}, side, side, 512));
      if (network.telling_parameter != nullptr)
        CHECK(counter.names.contains(network.telling_parameter) == (variant == network.variants[0]));
      const Result<Backbone> backbone = residual_backbone(choice);
      REQUIRE(backbone.ok());
      for (const BackboneCut& cut : {backbone->cuts[1], backbone->cuts.back()}) {
        INFO(cut.name);
        Counter front;
        const Result<Graph> cut_graph = build_backbone(*backbone, cut, front, 64, 64);
        REQUIRE(cut_graph.ok());
        CHECK(cut_graph->values[static_cast<std::size_t>(cut_graph->features)].shape[3] == cut.channels);
        CHECK(front.names.size() < counter.names.size());
      }
    }
  }
}

TEST_CASE("random residual networks tell images apart, and grow only where nothing normalises sums") {
  test::Random random(3);
  NetworkOptions options;
  options.height = options.width = 32;
  std::vector<double> images[2];
  for (auto& image : images) {
    for (int i = 0; i < 32 * 32 * 3; ++i)
      image.push_back(random.real(0.0f, 1.0f));
  }
  for (const char* name : {"binvpr-leaky-20", "bireal34", "realtobin34", "biresnet18"}) {
    INFO(name);
    const Result<LoadedNetwork> network = random_network(name, 9, options);
    if (!network.ok()) FAIL(network.error().message());
    CHECK(network->head == "spoc");
    const test::FeatureSpread spread = test::feature_spread(network->graph, images[0], images[1]);
    const auto count =
        static_cast<double>(value_at(network->graph, network->graph.features).shape.elements());
    CHECK(spread.square / count > 1e-4);
    // Real-to-Bin-34 adds sums of signs to its shortcuts as they are.
    const double largest = std::string_view(name) == "realtobin34" ? 1e6 : 1e3;
    CHECK(spread.square / count < largest);
    CHECK(spread.difference > 1e-4 * spread.square);
  }
}

TEST_CASE("pairs of quantizers that no graph has are errors that name the layer, and so is what is unknown") {
  const auto message = [](const std::string& activations, const std::string& weights) -> std::string {
    const Result<Backbone> backbone = residual_backbone({"biresnet18", "", activations, weights});
    if (!backbone.ok()) return backbone.error().message();
    Counter counter;
    const Result<Graph> graph = build_backbone(*backbone, backbone->cuts[0], counter, 64, 64);
    return graph.ok() ? "" : graph.error().message();
  };
  for (const char* weights : {"ste_sign", "approx_sign", "swish_sign", "magnitude_aware_sign"})
    CHECK(message("approx_sign", weights).empty());
  for (const char* activations : {"hard_tanh", "leaky_tanh"}) {
    for (const char* weights : {"ste_sign", "magnitude_aware_sign", "ste_tern", "dorefa_2"})
      CHECK(message(activations, weights).empty());
  }
  CHECK(message("ste_sign", "dorefa_2").find("layer1.0.conv1") != std::string::npos);
  CHECK(message("ste_tern", "ste_sign").find("ste_tern") != std::string::npos);
  CHECK(message("ste_sign", "leaky_tanh").find("known are") != std::string::npos);
  CHECK(!residual_layers({"bireal34", "", "leaky_tanh", ""}).ok());
  CHECK(!residual_layers({"bireal34", "file", "", ""}).ok());
}
