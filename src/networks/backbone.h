// The networks whose feature maps descriptors are made of: torchvision's, and residual networks with binary
// or other quantized layers among real-valued ones.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bitplace/result.h"
#include "graph/graph.h"
#include "graph/model_contents.h"
#include "networks/network_builder.h"
#include "networks/parameter_source.h"
#include "networks/residual/residual_network.h"

namespace bitplace {

// Where a network may end. What lies behind is not built, and its parameters may be absent.
struct BackboneCut {
  const char* name;
  std::int32_t channels;             // of the feature map
  const char* last_layer;            // prefix of the names of the last parameters in front of the cut
  std::vector<const char*> dropped;  // prefixes of the names of all behind it
};

// All of them take RGB images, pixel / 255; torchvision's are of 224 x 224, normalised as ImageNet is.
inline constexpr std::int64_t kBackboneInput = 224;
inline constexpr std::array<float, 3> kImageNetMean = {0.485f, 0.456f, 0.406f};
inline constexpr std::array<float, 3> kImageNetDeviation = {0.229f, 0.224f, 0.225f};

// With torchvision's names of its parameters, or those of its list of layers.
struct Backbone {
  const char* name;
  std::vector<BackboneCut> cuts;                                     // the first is the default
  ValueId (*build)(NetworkBuilder& network, std::string_view cut);   // gives the feature map
  std::string (*from_timm)(const std::string& timm_name) = nullptr;  // torchvision's name; null: the same
  ResizeRule resize = ResizeRule::bilinear_pillow;  // as torchvision's own weights take images
  std::array<float, 3> mean = kImageNetMean, deviation = kImageNetDeviation;
  double batch_norm_epsilon = kTorchBatchNormEpsilon;
  const char* head = "flatten";                  // where nothing says which
  std::int64_t side = kBackboneInput;            // the same: height and width of the image
  std::shared_ptr<const LayerList> layers = {};  // instead of `build`
};

const std::vector<Backbone>& backbones();  // torchvision's
const std::vector<Backbone>& residual_backbones();
const Backbone* find_backbone(std::string_view name);  // of both
// Ends at any stage. Errors name what the network does not have.
Result<Backbone> residual_backbone(const ResidualChoice& choice);

// The default where `name` is empty; null where the network has no such cut.
const BackboneCut* find_cut(const Backbone& backbone, std::string_view name);

// The float graph up to the cut: features = descriptor = the last map. Height and width are those of the
// image.
Result<Graph> build_backbone(const Backbone& backbone, const BackboneCut& cut, ParameterSource& parameters,
                             std::int64_t height, std::int64_t width,
                             double batch_norm_epsilon = kTorchBatchNormEpsilon);

// One file each.
Backbone mobilenet_v2();
Backbone resnet18();
Backbone resnet34();
Backbone resnet50();
Backbone vgg16();
Backbone squeezenet1_0();
Backbone squeezenet1_1();
Backbone efficientnet_b0();

}  // namespace bitplace
