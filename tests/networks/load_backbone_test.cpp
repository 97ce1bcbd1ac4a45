#include <catch2/catch.hpp>
#include <cstring>
#include <limits>

#include "networks/backbone.h"
#include "networks/load_network.h"
#include "networks/random_parameters.h"

using namespace bitplace;

namespace {

CheckpointTensor float_tensor(const std::string& name, const std::vector<std::int64_t>& shape,
                              const std::vector<float>& values) {
  CheckpointTensor tensor{name, CheckpointType::f32, shape, {}};
  tensor.data.resize(values.size() * sizeof(float));
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

CheckpointTensor empty_tensor(const std::string& name, CheckpointType type = CheckpointType::f32) {
  return {name, type, {}, std::vector<std::byte>(checkpoint_type_bytes(type))};
}

// Keeps the parameters that it makes up, as a training run would have saved them.
class Saving : public ParameterSource {
 public:
  Result<std::vector<float>> take(const std::string& name, const std::vector<std::int64_t>& shape) override {
    Result<std::vector<float>> values = random_.take(name, shape);
    saved.tensors.push_back(float_tensor(name, shape, *values));
    return values;
  }

  TensorCheckpoint saved;

 private:
  RandomParameters random_{5};
};

Checkpoint checkpoint_of(const char* network, const char* cut = "") {
  const Backbone& backbone = *find_backbone(network);
  Saving parameters;
  const Result<Graph> graph = build_backbone(backbone, *find_cut(backbone, cut), parameters, 224, 224);
  if (!graph.ok()) FAIL(graph.error().message());
  return {"net.pth", "PyTorch zip", 0, {}, std::move(parameters.saved)};
}

std::vector<CheckpointTensor>& tensors_of(Checkpoint& checkpoint) {
  return std::get<TensorCheckpoint>(checkpoint.contents).tensors;
}

CheckpointTensor& tensor_named(Checkpoint& checkpoint, const std::string& name) {
  for (CheckpointTensor& tensor : tensors_of(checkpoint)) {
    if (tensor.name == name) return tensor;
  }
  FAIL("no tensor " << name);
  return tensors_of(checkpoint)[0];
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

bool has_note(const LoadedNetwork& network, const std::string& text) {
  for (const std::string& note : network.notes) {
    if (note.find(text) != std::string::npos) return true;
  }
  return false;
}

void set_element(CheckpointTensor& tensor, std::size_t index, float value) {
  std::memcpy(tensor.data.data() + index * sizeof value, &value, sizeof value);
}

NetworkOptions with_cut(const char* cut) {
  NetworkOptions options;
  options.cut = cut;
  return options;
}

const Shape& feature_shape(const LoadedNetwork& network) {
  return network.graph.values[static_cast<std::size_t>(network.graph.features)].shape;
}

bool same_tensors(const Graph& a, const Graph& b) {
  if (a.tensors.size() != b.tensors.size()) return false;
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    if (a.tensors[i].name != b.tensors[i].name || a.tensors[i].data != b.tensors[i].data) return false;
  }
  return true;
}

struct TimmStage {
  int blocks;
  bool squeeze_excitation;
};

// timm's names of a layer's parameters, from its documentation of the blocks.
void add_layer(std::vector<std::string>* names, const std::string& layer, bool norm, bool bias) {
  names->push_back(layer + ".weight");
  if (norm || bias) names->push_back(layer + ".bias");
  if (!norm) return;
  names->push_back(layer + ".running_mean");
  names->push_back(layer + ".running_var");
}

std::vector<std::string> timm_names(const std::vector<TimmStage>& stages) {
  std::vector<std::string> names;
  const auto normalized = [&](const std::string& convolution, const std::string& norm) {
    add_layer(&names, convolution, false, false);
    add_layer(&names, norm, true, true);
  };
  normalized("conv_stem", "bn1");
  for (std::size_t s = 0; s < stages.size(); ++s) {
    for (int b = 0; b < stages[s].blocks; ++b) {
      const std::string block = "blocks." + std::to_string(s) + "." + std::to_string(b) + ".";
      if (s > 0) normalized(block + "conv_pw", block + "bn1");
      normalized(block + "conv_dw", block + (s > 0 ? "bn2" : "bn1"));
      if (stages[s].squeeze_excitation) {
        add_layer(&names, block + "se.conv_reduce", false, true);
        add_layer(&names, block + "se.conv_expand", false, true);
      }
      normalized(block + (s > 0 ? "conv_pwl" : "conv_pw"), block + (s > 0 ? "bn3" : "bn2"));
    }
  }
  normalized("conv_head", "bn2");
  return names;
}

}  // namespace

TEST_CASE("every backbone is recognised by its parameters and built as it was saved") {
  for (const Backbone& backbone : backbones()) {
    INFO(backbone.name);
    const Checkpoint checkpoint = checkpoint_of(backbone.name);
    const LoadedNetwork network = loaded(checkpoint);
    CHECK(network.name == backbone.name);
    CHECK(network.real_valued);
    CHECK(network.cut == backbone.cuts[0].name);
    CHECK(feature_shape(network)[3] == backbone.cuts[0].channels);
    const bool has_batch_norms = network.name.starts_with("resnet") || backbone.from_timm != nullptr;
    CHECK(network.epsilon == (has_batch_norms ? std::optional<double>(1e-5) : std::nullopt));
    CHECK(network.preprocessing.resize ==
          (network.name == "efficientnet_b0" ? ResizeRule::bicubic_pillow : ResizeRule::bilinear_pillow));
    CHECK(network.preprocessing.height == 224);
    CHECK(network.preprocessing.width == 224);
    CHECK(network.preprocessing.mean == std::array<float, 3>{0.485f, 0.456f, 0.406f});
    CHECK(network.preprocessing.standard_deviation == std::array<float, 3>{0.229f, 0.224f, 0.225f});
    CHECK(has_note(network, std::string("recognised as ") + backbone.name));
    NetworkOptions named;
    named.network = backbone.name;
    CHECK(same_tensors(loaded(checkpoint, named).graph, network.graph));
  }
}

TEST_CASE("what a cut leaves out may be there, and is said, or not") {
  Checkpoint checkpoint = checkpoint_of("resnet18");
  tensors_of(checkpoint).push_back(empty_tensor("fc.weight"));
  tensors_of(checkpoint).push_back(empty_tensor("fc.bias"));
  tensors_of(checkpoint).push_back(empty_tensor("bn1.num_batches_tracked", CheckpointType::s64));
  const LoadedNetwork whole = loaded(checkpoint);
  CHECK(has_note(whole, "not used, behind that: fc (2)"));
  const LoadedNetwork cropped = loaded(checkpoint, with_cut("layer3"));
  CHECK(has_note(cropped, "not used, behind that: layer4 (25), fc (2)"));
  CHECK(feature_shape(cropped) == Shape(1, 14, 14, 256));

  // Cropped before it was saved: the cut follows from what is there.
  const LoadedNetwork found = loaded(checkpoint_of("resnet18", "layer3"));
  CHECK(found.cut == "layer3");
  CHECK(same_tensors(found.graph, cropped.graph));
  CHECK(loaded(checkpoint_of("mobilenet_v2", "conv4")).cut == "conv4");
  CHECK(loaded(checkpoint_of("efficientnet_b0", "blocks")).cut == "blocks");
  CHECK(error_of(checkpoint_of("resnet18", "layer3"), with_cut("layer4")).find("missing layer4.0.bn1.bias") !=
        std::string::npos);
  CHECK(error_of(checkpoint, with_cut("layer2")).find("resnet18 has layer4, layer3") != std::string::npos);
}

TEST_CASE("all missing parameters are named at once, before anything else") {
  Checkpoint checkpoint = checkpoint_of("mobilenet_v2");
  std::erase_if(tensors_of(checkpoint), [](const CheckpointTensor& tensor) {
    return tensor.name == "features.0.0.weight" || tensor.name == "features.18.1.running_var";
  });
  tensor_named(checkpoint, "features.2.conv.0.0.weight").shape = {96, 16};
  CHECK(error_of(checkpoint) ==
        "net.pth: parameters: missing features.0.0.weight, features.18.1.running_var");
}

TEST_CASE("surplus parameters of a backbone are named") {
  Checkpoint checkpoint = checkpoint_of("squeezenet1_1");
  tensors_of(checkpoint).push_back(empty_tensor("features.13.squeeze.weight"));
  tensors_of(checkpoint).push_back(empty_tensor("head.weight"));
  CHECK(error_of(checkpoint).find("no part of squeezenet1_1: features.13.squeeze.weight, head.weight") !=
        std::string::npos);
}

TEST_CASE("two parameters that mean the same are not both believed") {
  Checkpoint checkpoint = checkpoint_of("resnet18");
  tensors_of(checkpoint).push_back(tensor_named(checkpoint, "conv1.weight"));
  CHECK(error_of(checkpoint).find("two of them are the backbone's conv1.weight") != std::string::npos);
}

TEST_CASE("a parameter that cannot be read says why") {
  Checkpoint checkpoint = checkpoint_of("mobilenet_v2");
  std::erase_if(tensors_of(checkpoint),
                [](const CheckpointTensor& tensor) { return tensor.name == "features.3.conv.2.weight"; });
  std::get<TensorCheckpoint>(checkpoint.contents)
      .unreadable.push_back({"features.3.conv.2.weight", "is sparse"});
  CHECK(error_of(checkpoint) == "net.pth: tensor 'features.3.conv.2.weight': is sparse");
}

TEST_CASE("a backbone's parameter that is unfit is refused by name") {
  Checkpoint checkpoint = checkpoint_of("resnet18");
  tensor_named(checkpoint, "layer1.0.conv1.weight").shape = {64, 64, 9, 1};
  CHECK(error_of(checkpoint)
            .find("'layer1.0.conv1.weight': has shape [64, 64, 9, 1], expected "
                  "[64, 64, 3, 3]") != std::string::npos);
  checkpoint = checkpoint_of("resnet18");
  set_element(tensor_named(checkpoint, "layer2.1.bn2.running_var"), 7, -0.25f);
  CHECK(error_of(checkpoint).find("'layer2.1.bn2.running_var': element 7 is no variance") !=
        std::string::npos);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const char* name : {"layer3.0.conv2.weight", "layer2.1.bn2.running_var"}) {
      checkpoint = checkpoint_of("resnet18");
      set_element(tensor_named(checkpoint, name), 7, bad);
      CHECK(error_of(checkpoint).find("'" + std::string(name) + "': element 7 is not finite") !=
            std::string::npos);
    }
  }
}

TEST_CASE("networks that are deeper or shaped otherwise are not taken for ours") {
  Checkpoint deeper = checkpoint_of("resnet50");
  tensors_of(deeper).push_back(empty_tensor("layer3.6.conv2.weight"));
  CHECK(error_of(deeper).find("belong to no network that is known") != std::string::npos);
  Checkpoint vgg19 = checkpoint_of("vgg16");
  tensor_named(vgg19, "features.26.weight").name = "features.30.weight";
  CHECK(error_of(vgg19).find("belong to no network that is known") != std::string::npos);
  Checkpoint b1 = checkpoint_of("efficientnet_b0");
  tensors_of(b1).push_back(empty_tensor("features.1.1.block.0.0.weight"));
  CHECK(error_of(b1).find("no part of efficientnet_b0: features.1.1.block.0.0.weight") != std::string::npos);
  Checkpoint other = checkpoint_of("squeezenet1_0");
  tensor_named(other, "features.0.weight").shape = {96, 3, 49};
  CHECK(error_of(other).find("belong to no network that is known") != std::string::npos);
}

TEST_CASE("timm's names are read as torchvision's") {
  const TimmStage plain[] = {{1, false}, {2, false}, {3, false}, {4, false},
                             {3, false}, {3, false}, {1, false}};
  const TimmStage gated[] = {{1, true}, {2, true}, {2, true}, {3, true}, {3, true}, {4, true}, {1, true}};
  const std::pair<const char*, std::vector<TimmStage>> networks[] = {
      {"mobilenet_v2", {std::begin(plain), std::end(plain)}},
      {"efficientnet_b0", {std::begin(gated), std::end(gated)}}};
  for (const auto& [network, stages] : networks) {
    INFO(network);
    const Backbone& backbone = *find_backbone(network);
    Checkpoint checkpoint = checkpoint_of(network);
    const LoadedNetwork expected = loaded(checkpoint);
    const std::vector<std::string> names = timm_names(stages);
    REQUIRE(names.size() == tensors_of(checkpoint).size());
    for (const std::string& name : names) {
      INFO(name);
      tensor_named(checkpoint, backbone.from_timm(name)).name = name;
    }
    tensors_of(checkpoint).push_back(empty_tensor("classifier.weight"));
    tensors_of(checkpoint).push_back(empty_tensor("classifier.bias"));
    const LoadedNetwork renamed = loaded(checkpoint);
    CHECK(renamed.name == network);
    CHECK(has_note(renamed, "timm"));
    CHECK(has_note(renamed, "not used, behind that: classifier (2)"));
    CHECK(same_tensors(renamed.graph, expected.graph));

    Checkpoint both = checkpoint;
    tensors_of(both).push_back(tensor_named(checkpoint, "conv_stem.weight"));
    tensors_of(both).back().name = "features.0.0.weight";
    CHECK(error_of(both).find("no part of " + std::string(network) + ": features.0.0.weight") !=
          std::string::npos);

    set_element(tensor_named(checkpoint, "conv_stem.weight"), 3, std::numeric_limits<float>::infinity());
    CHECK(error_of(checkpoint).find("'features.0.0.weight' ('conv_stem.weight' in the checkpoint)") !=
          std::string::npos);
  }
  CHECK(find_backbone("mobilenet_v2")->from_timm("blocks.2.1.conv_pwl.weight") == "features.5.conv.2.weight");
  CHECK(find_backbone("mobilenet_v2")->from_timm("blocks.0.0.conv_pw.weight") == "features.1.conv.1.weight");
  CHECK(find_backbone("efficientnet_b0")->from_timm("blocks.3.2.se.conv_reduce.bias") ==
        "features.4.2.block.2.fc1.bias");
}

TEST_CASE("a backbone takes images of the size that is asked for") {
  const Checkpoint checkpoint = checkpoint_of("mobilenet_v2");
  NetworkOptions options;
  options.height = 480;
  options.width = 640;
  const LoadedNetwork network = loaded(checkpoint, options);
  CHECK(network.preprocessing.height == 480);
  CHECK(network.preprocessing.width == 640);
  CHECK(feature_shape(network) == Shape(1, 15, 20, 1280));
  options.height = 16;
  CHECK(error_of(checkpoint, options).find("--input-size: 16 is not between") != std::string::npos);
}

TEST_CASE("an epsilon is taken by batch-norms, and refused where there are none") {
  NetworkOptions options;
  options.epsilon = 1e-3;
  CHECK(loaded(checkpoint_of("resnet18"), options).epsilon == 1e-3);
  CHECK(error_of(checkpoint_of("squeezenet1_1"), options) ==
        "net.pth: --bn-eps: squeezenet1_1 has no batch-norms");
}

TEST_CASE("a binary network has neither cuts nor another size") {
  NetworkOptions options;
  CHECK(random_network("floppynet", 1, options).ok());
  CHECK_FALSE(random_network("floppynet", 1, options)->real_valued);
  options.height = options.width = 227;
  CHECK(random_network("floppynet", 1, options).ok());
  options.height = 224;
  CHECK_FALSE(random_network("floppynet", 1, options).ok());
  CHECK_FALSE(random_network("floppynet", 1, with_cut("layer3")).ok());
}

TEST_CASE("a random backbone follows from its seed alone") {
  const Result<LoadedNetwork> a = random_network("mobilenet_v2", 1, {});
  const Result<LoadedNetwork> b = random_network("mobilenet_v2", 1, {});
  const Result<LoadedNetwork> other = random_network("mobilenet_v2", 2, {});
  const Result<LoadedNetwork> cropped = random_network("mobilenet_v2", 1, with_cut("conv4"));
  REQUIRE((a.ok() && b.ok() && other.ok() && cropped.ok()));
  CHECK(same_tensors(a->graph, b->graph));
  CHECK_FALSE(same_tensors(a->graph, other->graph));
  CHECK(cropped->cut == "conv4");
  CHECK(has_note(*a, "random weights of seed 1"));
}
