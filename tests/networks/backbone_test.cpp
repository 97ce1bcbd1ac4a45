#include "networks/backbone.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "networks/random_parameters.h"
#include "support/test_data.h"

using namespace bitplace;

namespace {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

// Zeros of every parameter that is asked for, and account of them.
class Recorder : public ParameterSource {
 public:
  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>& shape) override {
    CHECK(asked.emplace(name, shape).second);
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
      count *= extent;
    return std::vector<float>(static_cast<std::size_t>(count));
  }

  // As PyTorch counts: running statistics are no parameters.
  std::int64_t parameter_count() const {
    std::int64_t total = 0;
    for (const auto& [name, shape] : asked) {
      if (name.find("running_") != std::string::npos) continue;
      std::int64_t count = 1;
      for (const std::int64_t extent : shape)
        count *= extent;
      total += count;
    }
    return total;
  }

  Shapes asked;
};

Graph build(const Backbone& backbone, const std::string& cut, ParameterSource& parameters,
            std::int64_t height = kBackboneInput, std::int64_t width = kBackboneInput) {
  const BackboneCut* chosen = find_cut(backbone, cut);
  REQUIRE(chosen != nullptr);
  Result<Graph> graph = build_backbone(backbone, *chosen, parameters, height, width);
  if (!graph.ok()) FAIL(graph.error().message());
  return *std::move(graph);
}

const Shape& feature_shape(const Graph& graph) {
  return graph.values[static_cast<std::size_t>(graph.features)].shape;
}

// Products of all convolutions.
std::int64_t multiply_accumulates(const Graph& graph) {
  std::int64_t total = 0;
  for (const Node& node : graph.nodes) {
    if (node.op != Op::convolution) continue;
    const Shape& output = graph.values[static_cast<std::size_t>(node.output)].shape;
    const Shape& weight = graph.parameter(node, "weight")->shape;
    total += output[1] * output[2] * weight[0] * weight[1] * weight[2] * weight[3];
  }
  return total;
}

struct Published {
  const char* network;
  const char* cut;
  std::int64_t parameters;
  std::int64_t channels, side_224, side_320;
};

constexpr Published kPublished[] = {
    {"mobilenet_v2", "features", 2223872, 1280, 7, 10},    {"mobilenet_v2", "conv4", 1811712, 320, 7, 10},
    {"resnet18", "layer4", 11176512, 512, 7, 10},          {"resnet18", "layer3", 2782784, 256, 14, 20},
    {"resnet34", "layer4", 21284672, 512, 7, 10},          {"resnet34", "layer3", 8170304, 256, 14, 20},
    {"resnet50", "layer4", 23508032, 2048, 7, 10},         {"resnet50", "layer3", 8543296, 1024, 14, 20},
    {"vgg16", "conv5_3", 14714688, 512, 14, 20},           {"vgg16", "features", 14714688, 512, 7, 10},
    {"squeezenet1_0", "features", 735424, 512, 13, 19},    {"squeezenet1_1", "features", 722496, 512, 13, 19},
    {"efficientnet_b0", "features", 4007548, 1280, 7, 10}, {"efficientnet_b0", "blocks", 3595388, 320, 7, 10},
};

// torchvision's figures are of whole classifiers, in 10^9 at 224 x 224.
struct PublishedCost {
  const char* network;
  const char* cut;
  double giga;
  std::int64_t classifier;
};

constexpr PublishedCost kPublishedCosts[] = {
    {"mobilenet_v2", "features", 0.301, 1280 * 1000},
    {"resnet18", "layer4", 1.814, 512 * 1000},
    {"resnet34", "layer4", 3.664, 512 * 1000},
    {"resnet50", "layer4", 4.089, 2048 * 1000},
    {"vgg16", "features", 15.47, 25088 * 4096 + 4096 * 4096 + 4096 * 1000},
    {"squeezenet1_0", "features", 0.819, 13 * 13 * 512 * 1000},
    {"squeezenet1_1", "features", 0.349, 13 * 13 * 512 * 1000},
    {"efficientnet_b0", "features", 0.386, 1280 * 1000},
};

}  // namespace

TEST_CASE("every backbone has the published number of parameters and size of map, at each cut") {
  std::size_t cuts = 0;
  for (const Backbone& backbone : backbones())
    cuts += backbone.cuts.size();
  CHECK(cuts == std::size(kPublished));
  for (const Published& published : kPublished) {
    INFO(published.network << " " << published.cut);
    const Backbone* backbone = find_backbone(published.network);
    REQUIRE(backbone != nullptr);
    Recorder recorder, larger;
    const Graph graph = build(*backbone, published.cut, recorder);
    CHECK(recorder.parameter_count() == published.parameters);
    CHECK(find_cut(*backbone, published.cut)->channels == published.channels);
    CHECK(feature_shape(graph) == Shape(1, published.side_224, published.side_224, published.channels));
    CHECK(feature_shape(build(*backbone, published.cut, larger, 320, 320)) ==
          Shape(1, published.side_320, published.side_320, published.channels));
    CHECK(larger.asked == recorder.asked);
  }
}

TEST_CASE("every backbone costs what is published") {
  CHECK(std::size(kPublishedCosts) == backbones().size());
  for (const PublishedCost& published : kPublishedCosts) {
    INFO(published.network);
    Recorder recorder;
    const Graph graph = build(*find_backbone(published.network), published.cut, recorder);
    const std::int64_t total = multiply_accumulates(graph) + published.classifier;
    CHECK(static_cast<double>(total) / 1e9 == Approx(published.giga).margin(0.0006));
  }
}

TEST_CASE("height and width are told apart") {
  Recorder recorder;
  CHECK(feature_shape(build(*find_backbone("mobilenet_v2"), "", recorder, 480, 640)) ==
        Shape(1, 15, 20, 1280));
}

TEST_CASE("parameters are those of torchvision's state_dicts, name by name") {
  const auto path = test::test_data("reference/state_dict_keys.tsv", "torchvision's parameter names");
  if (!path) return;
  std::map<std::string, Shapes> state_dicts;
  std::ifstream file(*path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string model, key, shape;
    std::getline(fields, model, '\t');
    std::getline(fields, key, '\t');
    std::getline(fields, shape, '\t');
    std::vector<std::int64_t> extents;
    std::istringstream numbers(shape.substr(1));
    for (std::int64_t extent = 0; numbers >> extent; numbers.ignore(1))
      extents.push_back(extent);
    if (!key.ends_with("num_batches_tracked")) state_dicts[model][key] = extents;
  }
  for (const Backbone& backbone : backbones()) {
    REQUIRE(state_dicts.count(backbone.name) == 1);
    for (const BackboneCut& cut : backbone.cuts) {
      INFO(backbone.name << " " << cut.name);
      Shapes expected = state_dicts[backbone.name];
      const std::size_t all = expected.size();
      std::erase_if(expected, [&](const auto& entry) {
        for (const char* prefix : cut.dropped) {
          if (entry.first.starts_with(prefix)) return true;
        }
        return false;
      });
      CHECK(expected.size() < all);  // a classifier at least
      Recorder recorder;
      build(backbone, cut.name, recorder);
      CHECK(recorder.asked == expected);
    }
  }
}
