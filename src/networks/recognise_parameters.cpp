#include "networks/recognise_parameters.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.h"

namespace bitplace {
namespace {

using Extents = std::vector<std::int64_t>;

// A parameter that only one network has, with this shape.
struct Fingerprint {
  const char* network;
  const char* parameter;
  Extents shape;
  bool timm = false;
};

// The last block's and not the last layer's where a checkpoint may have been cut in front of it.
const std::vector<Fingerprint>& fingerprints() {
  static const std::vector<Fingerprint> kFingerprints = {
      {"mobilenet_v2", "features.17.conv.2.weight", {320, 960, 1, 1}},
      {"mobilenet_v2", "features.18.0.weight", {1280, 320, 1, 1}},
      {"efficientnet_b0", "features.7.0.block.0.0.weight", {1152, 192, 1, 1}},
      {"efficientnet_b0", "features.8.0.weight", {1280, 320, 1, 1}},
      {"vgg16", "features.26.weight", {512, 512, 3, 3}},  // where VGG-19 has a ReLU
      {"mobilenet_v2", "blocks.6.0.conv_pwl.weight", {320, 960, 1, 1}, true},
      {"efficientnet_b0", "blocks.6.0.conv_pwl.weight", {320, 1152, 1, 1}, true},
  };
  return kFingerprints;
}

// Bi-Real-34, Real-to-Bin-34 and the BiResNets; their first convolution is a ResNet's.
const char* binary_resnet_name(const NamedTensors& tensors) {
  if (tensors.shape("conv1.weight") != Extents{64, 3, 7, 7}) return nullptr;
  if (tensors.shape("conv33.weight") == Extents{512, 512, 3, 3})
    return tensors.contains("conv33_gate_expand.weight") ? "realtobin34" : "bireal34";
  // A batch-norm in front of the convolution that widens the map, not behind it.
  if (tensors.shape("layer2.0.bn1.weight") != Extents{64}) return nullptr;
  return tensors.contains("layer1.2.conv1.weight") ? "biresnet34" : "biresnet18";
}

// AlexNet, XNOR-Net, whose batch-norms have no factors, and DoReFa-Net.
const char* alexnet_name(const NamedTensors& tensors) {
  const Extents first = tensors.shape("conv1.weight");
  if (first == Extents{96, 3, 12, 12}) return "dorefanet";
  if (first != Extents{96, 3, 11, 11} || !tensors.contains("conv1_bn.bias")) return nullptr;
  return tensors.contains("conv1_bn.weight") ? "alexnet" : "xnornet";
}

// ResNets differ in how many blocks layer3 has, and in their kind.
const char* resnet_name(const NamedTensors& tensors) {
  if (tensors.shape("conv1.weight") != Extents{64, 3, 7, 7}) return nullptr;
  if (tensors.contains("layer3.6.conv2.weight")) return nullptr;  // deeper than all we know
  const bool bottlenecks = tensors.contains("layer3.0.conv3.weight");
  if (tensors.contains("layer3.5.conv2.weight")) return bottlenecks ? "resnet50" : "resnet34";
  const bool two_blocks =
      tensors.contains("layer3.1.conv2.weight") && !tensors.contains("layer3.2.conv2.weight");
  return two_blocks && !bottlenecks ? "resnet18" : nullptr;
}

const char* squeezenet_name(const NamedTensors& tensors) {
  if (!tensors.contains("features.3.squeeze.weight")) return nullptr;
  const Extents first = tensors.shape("features.0.weight");
  if (first == Extents{96, 3, 7, 7}) return "squeezenet1_0";
  return first == Extents{64, 3, 3, 3} ? "squeezenet1_1" : nullptr;
}

}  // namespace

std::optional<RecognisedBackbone> recognise_backbone(const NamedTensors& tensors) {
  for (const Fingerprint& fingerprint : fingerprints()) {
    if (tensors.shape(fingerprint.parameter) == fingerprint.shape)
      return RecognisedBackbone{find_backbone(fingerprint.network), fingerprint.timm};
  }
  const char* name = binary_resnet_name(tensors);
  if (name == nullptr) name = alexnet_name(tensors);
  if (name == nullptr) name = resnet_name(tensors);
  if (name == nullptr) name = squeezenet_name(tensors);
  if (name == nullptr) return std::nullopt;
  return RecognisedBackbone{find_backbone(name), false};
}

Status check_unambiguous(const NamedTensors& tensors) {
  const Extents basic = {128, 128, 3, 3};
  const bool deep = tensors.shape("conv36.weight") == basic;
  if (!deep && tensors.shape("conv19.weight") != basic) return {};
  const std::string depth = deep ? "36" : "20";
  return make_error(ErrorCode::unsupported, "parameters",
                    "they are BinVPR-" + depth + "'s, and their names do not say what quantizes them: give " +
                        "--network binvpr-ste-" + depth + " or --network binvpr-leaky-" + depth);
}

const BackboneCut& recognise_cut(const Backbone& backbone, const NamedTensors& tensors) {
  for (const BackboneCut& cut : backbone.cuts) {
    const auto& names = tensors.names();
    const bool present = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name.starts_with(cut.last_layer);
    });
    if (present) return cut;
  }
  return backbone.cuts[0];
}

}  // namespace bitplace
