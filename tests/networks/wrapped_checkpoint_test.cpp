#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "networks/backbone.h"
#include "networks/load_network.h"
#include "networks/named_shapes.h"
#include "networks/random_parameters.h"
#include "support/test_data.h"

using namespace bitplace;

namespace {

using Extents = std::vector<std::int64_t>;
using Naming = std::function<std::string(const std::string&)>;

// Keeps the parameters that it makes up, as a training run would have saved them.
class Saving : public ParameterSource {
 public:
  Result<std::vector<float>> take(const std::string& name, const Extents& shape) override {
    Result<std::vector<float>> values = random_.take(name, shape);
    CheckpointTensor tensor{name, CheckpointType::f32, shape, {}};
    tensor.data.resize(values->size() * sizeof(float));
    std::memcpy(tensor.data.data(), values->data(), tensor.data.size());
    saved.push_back(std::move(tensor));
    return values;
  }

  std::vector<CheckpointTensor> saved;

 private:
  RandomParameters random_{5};
};

// A backbone's parameters under a wrapper's names, with zeros for its head's.
Checkpoint wrapped(const char* network, const char* cut, const Naming& naming,
                   const test::NamedShapes& head) {
  const Backbone& backbone = *find_backbone(network);
  Saving parameters;
  const Result<Graph> graph = build_backbone(backbone, *find_cut(backbone, cut), parameters, 64, 64);
  if (!graph.ok()) FAIL(graph.error().message());
  TensorCheckpoint tensors = test::zeros(head);
  for (CheckpointTensor& tensor : parameters.saved) {
    tensor.name = naming(tensor.name);
    tensors.tensors.push_back(std::move(tensor));
  }
  return {"net.pth", "PyTorch zip", 0, {}, std::move(tensors)};
}

std::string replaced(const std::string& name, const std::string& start, const std::string& by) {
  REQUIRE(name.starts_with(start));
  return by + name.substr(start.size());
}

// conv1 is 0, bn1 is 1, layer1 is 4.
std::string resnet_child(const std::string& name) {
  if (name.starts_with("conv1.")) return replaced(name, "conv1.", "backbone.0.");
  if (name.starts_with("bn1.")) return replaced(name, "bn1.", "backbone.1.");
  return "backbone." + std::to_string(name[5] - '0' + 3) + name.substr(6);
}

// The stem is stage 0, layer1 stage 1; the first `frozen` of them are frozen.
Naming openvprlab(int frozen) {
  return [frozen](const std::string& name) {
    const bool stem = !name.starts_with("layer");
    const int stage = stem ? 0 : name[5] - '0';
    const std::string rest =
        stem ? (name.starts_with("conv1.") ? ".0" + name.substr(5) : ".1" + name.substr(3)) : name.substr(6);
    return stage < frozen ? "backbone.frozen_layers." + std::to_string(stage) + rest
                          : "backbone.unfrozen_layers." + std::to_string(stage - frozen) + rest;
  };
}

Naming prefixed(const std::string& prefix) {
  return [prefix](const std::string& name) { return prefix + name; };
}

Naming without_features(const std::string& by) {
  return [by](const std::string& name) { return replaced(name, "features.", by); };
}

LoadedNetwork loaded(const Checkpoint& checkpoint, const NetworkOptions& options = {}) {
  Result<LoadedNetwork> network = load_network(checkpoint, options);
  if (!network.ok()) FAIL(network.error().message());
  return *std::move(network);
}

std::string error_of(const Checkpoint& checkpoint, const NetworkOptions& options = {}) {
  const Result<LoadedNetwork> network = load_network(checkpoint, options);
  return network.ok() ? "" : network.error().message();
}

NetworkOptions small(const char* head = "") {
  NetworkOptions options;
  options.head = head;
  options.height = options.width = 64;
  return options;
}

// The tensors of `plain` come first, the same.
bool begins_with(const Graph& graph, const Graph& plain) {
  for (std::size_t i = 0; i < plain.tensors.size(); ++i) {
    if (graph.tensors[i].data != plain.tensors[i].data) return false;
  }
  return !plain.tensors.empty();
}

std::int64_t dimension(const LoadedNetwork& network) {
  return network.graph.values[static_cast<std::size_t>(network.graph.features)].shape.elements();
}

bool has_note(const LoadedNetwork& network, const std::string& text) {
  for (const std::string& note : network.notes) {
    if (note.find(text) != std::string::npos) return true;
  }
  return false;
}

const Naming kPlain = [](const std::string& name) { return name; };
const test::NamedShapes kGem = {{"aggregator.p", {1}}};

// p is 0 in a checkpoint of zeros, which no GeM is.
NetworkOptions with_p(NetworkOptions options) {
  options.gem_p = 3.0f;
  return options;
}

}  // namespace

TEST_CASE("a wrapped backbone is the bare one, under every program's names") {
  const Graph plain = loaded(wrapped("resnet18", "layer4", kPlain, {}), small()).graph;
  const test::NamedShapes cosplace = {
      {"aggregation.1.p", {1}}, {"aggregation.3.weight", {256, 512}}, {"aggregation.3.bias", {256}}};
  const std::vector<std::pair<Naming, test::NamedShapes>> wrappers = {
      {prefixed("backbone.model."), kGem},
      {prefixed("backbone."), kGem},
      {prefixed("backbone.module."), kGem},
      {prefixed("encoder."), {{"pool.p", {1}}}},
      {prefixed("encoder.module."), {{"pool.module.p", {1}}}},
      {openvprlab(0), kGem},
      {openvprlab(2), kGem},
      {openvprlab(4), kGem},
      {resnet_child, cosplace},
      {resnet_child, {{"aggregation.1.p", {1}}}}};
  for (std::size_t i = 0; i < wrappers.size(); ++i) {
    INFO("wrapper " << i);
    const LoadedNetwork network =
        loaded(wrapped("resnet18", "layer4", wrappers[i].first, wrappers[i].second), with_p(small()));
    CHECK(network.name == "resnet18");
    CHECK(network.cut == "layer4");
    CHECK(network.head == (wrappers[i].second.size() == 3 ? "cosplace" : "gem"));
    CHECK(dimension(network) == (network.head == "cosplace" ? 256 : 512));
    CHECK(begins_with(network.graph, plain));
  }
}

TEST_CASE("what was cropped before saving stays away under a wrapper's names") {
  const Graph plain = loaded(wrapped("resnet18", "layer3", kPlain, {}), small()).graph;
  for (const Naming& naming : {prefixed("module.backbone.model."), openvprlab(3), Naming(resnet_child)}) {
    const LoadedNetwork network = loaded(wrapped("resnet18", "layer3", naming, {}), small("mac"));
    CHECK(network.cut == "layer3");
    CHECK(network.head == "mac");
    CHECK(dimension(network) == 256);
    CHECK(begins_with(network.graph, plain));
  }
}

TEST_CASE("lists of convolutions are found in their wrappers") {
  struct Wrapper {
    const char* network;
    const char* cut;
    Naming naming;
  };
  const Wrapper wrappers[] = {{"squeezenet1_1", "features", without_features("backbone.")},
                              {"squeezenet1_0", "features", without_features("backbone.0.")},
                              {"mobilenet_v2", "conv4", without_features("backbone.")},
                              {"mobilenet_v2", "features", without_features("backbone.0.")},
                              {"efficientnet_b0", "features", without_features("backbone.0.")},
                              {"efficientnet_b0", "blocks", prefixed("backbone.")}};
  for (const Wrapper& wrapper : wrappers) {
    INFO(wrapper.network << " " << wrapper.cut);
    const Graph plain = loaded(wrapped(wrapper.network, wrapper.cut, kPlain, {}), small()).graph;
    const LoadedNetwork network =
        loaded(wrapped(wrapper.network, wrapper.cut, wrapper.naming, kGem), with_p(small()));
    CHECK(network.name == wrapper.network);
    CHECK(network.cut == wrapper.cut);
    CHECK(begins_with(network.graph, plain));
  }
}

TEST_CASE("VGG-16 with NetVLAD and whitening, named by hloc, ends in front of the last ReLU") {
  const Checkpoint checkpoint = wrapped("vgg16", "conv5_3", without_features("backbone."),
                                        {{"netvlad.score_proj.weight", {4, 512, 1}},
                                         {"netvlad.centers", {512, 4}},
                                         {"whiten.weight", {16, 2048}},
                                         {"whiten.bias", {16}}});
  const LoadedNetwork network = loaded(checkpoint, small());
  CHECK(network.cut == "conv5_3");
  CHECK(network.head == "netvlad");
  CHECK(dimension(network) == 16);
  CHECK(network.preprocessing.value_scale == 1.0f);
  CHECK(network.preprocessing.mean[0] == 123.68f);
  CHECK(network.preprocessing.standard_deviation == std::array<float, 3>{1.0f, 1.0f, 1.0f});
  CHECK(has_note(network, "MatConvNet's VGG-16's is assumed"));
}

TEST_CASE("the cut is where the head's channels are, though there is more") {
  const auto with = [](std::int64_t channels) {
    return wrapped(
        "resnet18", "layer4", prefixed("backbone.model."),
        {{"aggregator.conv.weight", {4, channels, 1, 1}}, {"aggregator.centroids", {4, channels}}});
  };
  CHECK(loaded(with(512), small()).cut == "layer4");
  const LoadedNetwork cropped = loaded(with(256), small());
  CHECK(cropped.cut == "layer3");
  CHECK(dimension(cropped) == 1024);
  CHECK(has_note(cropped, "not used, behind that: layer4"));
  NetworkOptions deep = small();
  deep.cut = "layer4";
  CHECK(error_of(with(256), deep).find("has shape [4, 256, 1, 1], expected [4, 512, 1, 1]") !=
        std::string::npos);
  CHECK(error_of(with(300), small()).find("has shape [4, 300, 1, 1], expected [4, 512, 1, 1]") !=
        std::string::npos);
}

TEST_CASE("whitening, a projection and principal components may follow any head") {
  const auto with = [](const test::NamedShapes& head) {
    return wrapped("resnet18", "layer4", prefixed("backbone.model."), head);
  };
  const LoadedNetwork whitened =
      loaded(with({{"whiten.weight", {32, 512}}, {"whiten.bias", {32}}}), small("mac"));
  CHECK(whitened.head == "mac");
  CHECK(dimension(whitened) == 32);
  const LoadedNetwork projected =
      loaded(with({{"aggregator.p", {1}}, {"projection.weight", {16, 512}}}), with_p(small()));
  CHECK(projected.head == "gem");
  CHECK(dimension(projected) == 16);
  const LoadedNetwork components =
      loaded(with({{"pca.mean", {512}}, {"pca.components", {8, 512}}}), small("spoc"));
  CHECK(components.head == "spoc");
  CHECK(dimension(components) == 8);
  CHECK(error_of(with({{"pca.components", {8, 512}}}), small("spoc")) ==
        "net.pth: parameters: missing pca.mean");
  CHECK(error_of(with({{"pca.mean", {512}}, {"pca.components", {8, 512}}, {"pca.explained_variance", {8}}}),
                 small("spoc")) == "net.pth: tensor 'pca.explained_variance': element 0 is not positive");
}

TEST_CASE("the size of the images is the program's, the head's, or the user's") {
  const auto size = [](const LoadedNetwork& network) {
    return std::pair(network.preprocessing.height, network.preprocessing.width);
  };
  const Checkpoint gsv = wrapped("resnet18", "layer4", prefixed("backbone.model."), kGem);
  CHECK(size(loaded(gsv, with_p({}))) == std::pair(320, 320));
  CHECK(size(loaded(gsv, with_p(small()))) == std::pair(64, 64));
  CHECK(size(loaded(wrapped("resnet18", "layer4", kPlain, {}))) == std::pair(224, 224));
  CHECK(loaded(gsv, with_p(small())).preprocessing.resize == ResizeRule::bilinear_pillow);
  CHECK(loaded(wrapped("resnet18", "layer4", openvprlab(3), kGem), with_p(small())).preprocessing.resize ==
        ResizeRule::bicubic_tensor_antialias);
  const auto mixvpr = [](std::int64_t positions) {
    return wrapped("resnet18", "layer3", prefixed("backbone.model."),
                   {{"aggregator.mix.0.mix.0.weight", {positions}},
                    {"aggregator.mix.0.mix.0.bias", {positions}},
                    {"aggregator.mix.0.mix.1.weight", {8, positions}},
                    {"aggregator.mix.0.mix.1.bias", {8}},
                    {"aggregator.mix.0.mix.3.weight", {positions, 8}},
                    {"aggregator.mix.0.mix.3.bias", {positions}},
                    {"aggregator.channel_proj.weight", {12, 256}},
                    {"aggregator.channel_proj.bias", {12}},
                    {"aggregator.row_proj.weight", {3, positions}},
                    {"aggregator.row_proj.bias", {3}}});
  };
  const LoadedNetwork usual = loaded(mixvpr(400));
  CHECK(usual.head == "mixvpr");
  CHECK(size(usual) == std::pair(320, 320));
  CHECK(dimension(usual) == 36);
  CHECK(size(loaded(mixvpr(196))) == std::pair(224, 224));
  CHECK(error_of(mixvpr(400), small()) ==
        "net.pth: head mixvpr: its weights are for 400 pixels of the feature map, which has 4x4: the input "
        "has another size");
  CHECK(error_of(mixvpr(300)).find("says no size of a square image: give --input-size") != std::string::npos);
  NetworkOptions wide;
  wide.height = 240;
  wide.width = 320;
  CHECK(size(loaded(mixvpr(300), wide)) == std::pair(240, 320));
}

TEST_CASE("a head's parameters are complete, fit, and all used") {
  const test::NamedShapes netvlad = {{"aggregator.conv.weight", {4, 512, 1, 1}},
                                     {"aggregator.centroids", {4, 512}}};
  const auto with = [&](const test::NamedShapes& head) {
    return wrapped("resnet18", "layer4", prefixed("backbone.model."), head);
  };
  CHECK(dimension(loaded(with(netvlad), small())) == 2048);
  test::NamedShapes surplus = netvlad;
  surplus.push_back({"aggregator.extra", {3}});
  CHECK(error_of(with(surplus), small()) ==
        "net.pth: parameters: no part of resnet18 with head netvlad: aggregator.extra");
  test::NamedShapes narrow = netvlad;
  narrow[1].second = {4, 500};
  CHECK(error_of(with(narrow), small()) ==
        "net.pth: tensor 'aggregator.centroids': has shape [4, 500], expected [4, 512]");
  CHECK(error_of(
            with({{"aggregation.1.p", {1}}, {"aggregation.3.weight", {8, 512}}, {"aggregation.3.bias", {7}}}),
            with_p(small())) == "net.pth: tensor 'aggregation.3.bias': has shape [7], expected [8]");
  CHECK(error_of(with({{"aggregator.channel_pool.weight", {8, 512, 1, 1}}}), small()) ==
        "net.pth: parameters: missing aggregator.channel_pool.bias");
  CHECK(error_of(with(netvlad), small("gem")) ==
        "net.pth: --head gem: the checkpoint has the parameters of netvlad: aggregator.conv.weight, "
        "aggregator.centroids");
  CHECK(error_of(with({}), small("netvlad")) ==
        "net.pth: --head netvlad: the checkpoint has no parameters of such a head");
  NetworkOptions misspelt = small();
  misspelt.pool_norm = "between";
  CHECK(error_of(with(netvlad), misspelt) ==
        "net.pth: --pool-norm between: is none of before, after and none");
}

TEST_CASE("shapes that ask for more than there is are refused before they are followed") {
  const auto with = [](const test::NamedShapes& head) {
    return wrapped("resnet18", "layer4", prefixed("backbone.model."), head);
  };
  constexpr std::int64_t kHuge = 2147483647;
  // An empty tensor costs nothing, whatever its other extents.
  CHECK(error_of(with({{"aggregator.centroids", {kHuge, 0}}, {"aggregator.conv.weight", {64, 512, 1, 1}}}),
                 small()) ==
        "net.pth: tensor 'aggregator.conv.weight': has shape [64, 512, 1, 1], expected [0, 512, 1, 1]");
  CHECK(error_of(with({{"whiten.weight", {kHuge, 0}}}), small("mac")) ==
        "net.pth: tensor 'whiten.weight': has shape [2147483647, 0], expected [0, 512]");
  // A long one makes the layers behind it large.
  CHECK(error_of(
            with({{"aggregator.channel_proj.weight", {600000, 1}}, {"aggregator.row_proj.weight", {4, 4}}}),
            small()) ==
        "net.pth: tensor 'aggregator.channel_proj.weight': has shape [600000, 1], expected [600000, 512]");
  CHECK(error_of(with({{"projection.weight", {600000, 1}}}), small("mac")) ==
        "net.pth: tensor 'projection.weight': has shape [600000, 1], expected [600000, 512]");
}

TEST_CASE("networks that were never trained take any head") {
  const std::pair<const char*, std::int64_t> heads[] = {
      {"flatten", 2048}, {"spoc", 512},    {"mac", 512},      {"gem", 512},
      {"mixvpr", 2048},  {"convap", 2048}, {"cosplace", 512}, {"netvlad", 32768}};
  for (const auto& [head, expected] : heads) {
    INFO(head);
    const Result<LoadedNetwork> network = random_network("resnet18", 3, small(head));
    if (!network.ok()) FAIL(network.error().message());
    CHECK(network->head == head);
    CHECK(dimension(*network) == expected);
  }
  CHECK_FALSE(random_network("resnet18", 3, small("salad")).ok());
}

TEST_CASE("the published MixVPR checkpoints are recognised by their keys") {
  const auto path = test::test_data("reference/state_dict_keys.tsv", "published MixVPR keys");
  if (!path) return;
  std::map<std::string, test::NamedShapes> models;
  std::ifstream file(*path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string model, key, shape;
    if (!std::getline(fields, model, '\t') || !std::getline(fields, key, '\t') ||
        !std::getline(fields, shape, '\t'))
      continue;
    Extents extents;
    std::string digits;
    for (const char c : shape) {
      if (c >= '0' && c <= '9') {
        digits += c;
      } else if (!digits.empty()) {
        extents.push_back(std::stoll(digits));
        digits.clear();
      }
    }
    models[model].push_back({key, extents});
  }
  struct Published {
    const char* model;
    std::int64_t dimension;
  };
  for (const Published& published :
       {Published{"MixVPR_4096", 4096}, Published{"MixVPR_512", 512}, Published{"MixVPR_128", 128}}) {
    INFO(published.model);
    REQUIRE(models[published.model].size() == 28);
    test::NamedShapes shapes;
    for (const auto& [name, extents] : models["resnet50"]) {
      if (!name.starts_with("layer4.") && !name.starts_with("fc."))
        shapes.push_back({"backbone.model." + name, extents});
    }
    for (const auto& [name, extents] : models[published.model])
      shapes.push_back({"aggregator." + name, extents});
    const LoadedNetwork network = loaded({"mixvpr.ckpt", "PyTorch zip", 0, {}, test::zeros(shapes)});
    CHECK(network.name == "resnet50");
    CHECK(network.cut == "layer3");
    CHECK(network.head == "mixvpr");
    CHECK(network.preprocessing.height == 320);
    CHECK(dimension(network) == published.dimension);
  }
}

TEST_CASE("binary networks have integer features, which no head takes") {
  const auto error = [](const NetworkOptions& options) {
    const Result<LoadedNetwork> network = random_network("floppynet", 1, options);
    return network.ok() ? std::string() : std::string(network.error().message());
  };
  NetworkOptions options;
  options.head = "flatten";
  CHECK(error(options).empty());
  options.head = "gem";
  CHECK(error(options) == "--head gem: heads need real-valued features, and this network's are integers");
  options.head.clear();
  options.gem_p = 2.0f;
  CHECK(error(options).find("this network has no head to set") != std::string::npos);
}
