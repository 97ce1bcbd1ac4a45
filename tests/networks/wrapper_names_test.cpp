#include "networks/heads/wrapper_names.h"

#include <catch2/catch.hpp>

#include "networks/heads/wrapper_defaults.h"
#include "networks/named_shapes.h"

using namespace bitplace;

namespace {

using Extents = std::vector<std::int64_t>;
const Extents kResnetStem = {64, 3, 7, 7}, kVggStem = {64, 3, 3, 3}, kNarrowStem = {32, 3, 3, 3};

struct Renamed {
  WrapperNames wrapper;
  std::vector<std::string> names;
  std::string program;  // by wrapper_defaults; empty where there is none
};

Renamed renamed(const test::NamedShapes& given) {
  const TensorCheckpoint checkpoint = test::zeros(given);
  NamedTensors tensors(checkpoint);
  const Result<WrapperNames> wrapper = use_backbone_names(tensors);
  if (!wrapper.ok()) FAIL(wrapper.error().message());
  const std::optional<WrapperDefaults> defaults = wrapper_defaults(tensors, *wrapper);
  return {*wrapper, tensors.names(), defaults ? defaults->program : ""};
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("names of no wrapper stay") {
  const Renamed plain = renamed({{"conv1.weight", kResnetStem},
                                 {"bn1.running_mean", {64}},
                                 {"layer1.0.conv1.weight", {64, 64, 1, 1}},
                                 {"fc.weight", {1000, 512}}});
  CHECK(plain.names == Names{"conv1.weight", "bn1.running_mean", "layer1.0.conv1.weight", "fc.weight"});
  CHECK(plain.wrapper.naming == BackboneNaming::plain);
  CHECK(plain.program.empty());
  CHECK(renamed({{"features.0.weight", kVggStem}, {"classifier.0.weight", {4096, 25088}}}).names ==
        Names{"features.0.weight", "classifier.0.weight"});
}

TEST_CASE("gsv-cities and MixVPR: backbone.model and aggregator") {
  const Renamed mixvpr = renamed({{"backbone.model.conv1.weight", kResnetStem},
                                  {"backbone.model.layer3.5.conv3.weight", {1024, 256, 1, 1}},
                                  {"aggregator.row_proj.weight", {4, 400}}});
  CHECK(mixvpr.names == Names{"conv1.weight", "layer3.5.conv3.weight", "aggregator.row_proj.weight"});
  CHECK(mixvpr.wrapper.prefix == "backbone.model.");
  CHECK(mixvpr.program == "gsv-cities");
  const Renamed timm = renamed({{"backbone.model.conv_stem.weight", kNarrowStem}, {"aggregator.p", {1}}});
  CHECK(timm.names == Names{"conv_stem.weight", "aggregator.p"});
  // No head has parameters: mean pooling.
  CHECK(renamed({{"backbone.model.conv1.weight", kResnetStem}}).program == "gsv-cities");
}

TEST_CASE("prefixes that wrap the whole module") {
  for (const std::string wrapper : {"module.", "_orig_mod.", "model.", "net.", "vpr_model.", "student.",
                                    "module._orig_mod.", "vpr_model.module."}) {
    INFO(wrapper);
    const Renamed names =
        renamed({{wrapper + "backbone.model.conv1.weight", kResnetStem}, {wrapper + "aggregator.p", {1}}});
    CHECK(names.names == Names{"conv1.weight", "aggregator.p"});
  }
}

TEST_CASE("OpenVPRLab deals the stages out to two lists, split anywhere") {
  const Names expected = {"conv1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer2.3.bn2.weight",
                          "layer3.0.downsample.0.weight"};
  const auto program = [&](const std::vector<std::string>& given) {
    test::NamedShapes shapes;
    for (const std::string& name : given)
      shapes.push_back({"backbone." + name, {1}});
    const Renamed names = renamed(shapes);
    CHECK(names.names == expected);
    CHECK(names.wrapper.naming == BackboneNaming::frozen_unfrozen);
    return names.program;
  };
  CHECK(program({"frozen_layers.0.0.weight", "frozen_layers.0.1.bias", "frozen_layers.1.0.conv1.weight",
                 "frozen_layers.2.3.bn2.weight", "unfrozen_layers.0.0.downsample.0.weight"}) == "OpenVPRLab");
  CHECK(program({"frozen_layers.0.0.weight", "frozen_layers.0.1.bias", "unfrozen_layers.0.0.conv1.weight",
                 "unfrozen_layers.1.3.bn2.weight", "unfrozen_layers.2.0.downsample.0.weight"}) ==
        "OpenVPRLab");
  CHECK(program({"unfrozen_layers.0.0.weight", "unfrozen_layers.0.1.bias", "unfrozen_layers.1.0.conv1.weight",
                 "unfrozen_layers.2.3.bn2.weight", "unfrozen_layers.3.0.downsample.0.weight"}) ==
        "OpenVPRLab");
}

TEST_CASE("CosPlace and EigenPlaces number a ResNet's children") {
  const Renamed cosplace = renamed({{"backbone.0.weight", kResnetStem},
                                    {"backbone.1.running_mean", {64}},
                                    {"backbone.4.0.conv1.weight", {64, 64, 3, 3}},
                                    {"backbone.5.0.downsample.1.bias", {128}},
                                    {"backbone.7.1.bn2.bias", {512}},
                                    {"aggregation.1.p", {1}},
                                    {"aggregation.3.weight", {512, 512}}});
  CHECK(cosplace.names == Names{"conv1.weight", "bn1.running_mean", "layer1.0.conv1.weight",
                                "layer2.0.downsample.1.bias", "layer4.1.bn2.bias", "aggregation.1.p",
                                "aggregation.3.weight"});
  CHECK(cosplace.wrapper.naming == BackboneNaming::sequential);
  CHECK(cosplace.program == "CosPlace or EigenPlaces");
}

TEST_CASE("lists of convolutions are torchvision's features, nested or not") {
  CHECK(
      renamed({{"backbone.0.weight", kVggStem}, {"backbone.28.bias", {512}}, {"aggregation.p", {1}}}).names ==
      Names{"features.0.weight", "features.28.bias", "aggregation.p"});
  CHECK(renamed({{"backbone.0.0.weight", kVggStem}, {"backbone.0.28.bias", {512}}}).names ==
        Names{"features.0.weight", "features.28.bias"});
  CHECK(
      renamed({{"backbone.0.0.0.weight", kNarrowStem}, {"backbone.0.8.0.weight", {1280, 320, 1, 1}}}).names ==
      Names{"features.0.0.weight", "features.8.0.weight"});
  CHECK(renamed({{"backbone.0.0.weight", kNarrowStem}, {"backbone.17.conv.3.bias", {320}}}).names ==
        Names{"features.0.0.weight", "features.17.conv.3.bias"});
  CHECK(
      renamed({{"backbone.0.weight", {96, 3, 7, 7}}, {"backbone.3.squeeze.weight", {16, 96, 1, 1}}}).names ==
      Names{"features.0.weight", "features.3.squeeze.weight"});
}

TEST_CASE("pytorch-NetVlad: encoder and pool, perhaps each in DataParallel") {
  const Names expected = {"features.0.weight", "features.28.weight", "pool.conv.weight", "pool.centroids"};
  const Renamed plain = renamed({{"encoder.0.weight", kVggStem},
                                 {"encoder.28.weight", {512, 512, 3, 3}},
                                 {"pool.conv.weight", {64, 512, 1, 1}},
                                 {"pool.centroids", {64, 512}}});
  CHECK(plain.names == expected);
  CHECK(plain.program == "pytorch-NetVlad");
  CHECK(renamed({{"encoder.module.0.weight", kVggStem},
                 {"encoder.module.28.weight", {512, 512, 3, 3}},
                 {"pool.module.conv.weight", {64, 512, 1, 1}},
                 {"pool.module.centroids", {64, 512}}})
            .names == expected);
}

TEST_CASE("hloc's NetVLAD subtracts its own mean") {
  const TensorCheckpoint checkpoint =
      test::zeros({{"backbone.0.weight", kVggStem}, {"netvlad.centers", {512, 64}}});
  NamedTensors tensors(checkpoint);
  const Result<WrapperNames> wrapper = use_backbone_names(tensors);
  REQUIRE(wrapper.ok());
  const std::optional<WrapperDefaults> defaults = wrapper_defaults(tensors, *wrapper);
  REQUIRE(defaults.has_value());
  CHECK(defaults->grey_mean.has_value());
}

TEST_CASE("two tensors that would be one are refused") {
  const TensorCheckpoint checkpoint =
      test::zeros({{"backbone.conv1.weight", kResnetStem}, {"conv1.weight", kResnetStem}});
  NamedTensors tensors(checkpoint);
  const Result<WrapperNames> wrapper = use_backbone_names(tensors);
  REQUIRE_FALSE(wrapper.ok());
  CHECK(std::string(wrapper.error().message()) == "parameters: two of them are the backbone's conv1.weight");
}
