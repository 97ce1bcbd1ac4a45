#include "networks/heads/wrapper_defaults.h"

#include <algorithm>

namespace bitplace {
namespace {

// What MatConvNet's VGG-16, from which the published NetVLAD starts, subtracts from red, green and blue.
constexpr std::array<float, 3> kMatConvNetMean = {123.68f, 116.779f, 103.939f};

}  // namespace

std::optional<WrapperDefaults> wrapper_defaults(const NamedTensors& tensors, const WrapperNames& names) {
  const auto any = [&](const char* prefix) {
    return std::any_of(tensors.names().begin(), tensors.names().end(),
                       [&](const std::string& name) { return name.starts_with(prefix); });
  };
  if (names.naming == BackboneNaming::frozen_unfrozen)
    return WrapperDefaults{"OpenVPRLab", 320, 320, ResizeRule::bicubic_tensor_antialias};
  if (any("netvlad.")) return WrapperDefaults{"hloc", 480, 640, ResizeRule::bilinear_opencv, kMatConvNetMean};
  if (any("pool.")) return WrapperDefaults{"pytorch-NetVlad", 480, 640, ResizeRule::bilinear_pillow};
  if (tensors.contains("aggregation.1.p") && tensors.contains("aggregation.3.weight"))
    return WrapperDefaults{"CosPlace or EigenPlaces", 512, 512, ResizeRule::bilinear_tensor_antialias};
  if (any("aggregation."))
    return WrapperDefaults{"deep-visual-geo-localization-benchmark", 480, 640, ResizeRule::bilinear_tensor};
  if (any("aggregator.") || names.prefix == "backbone.model.")
    return WrapperDefaults{"gsv-cities", 320, 320, ResizeRule::bilinear_pillow};
  return std::nullopt;
}

std::string wrapper_note(const WrapperDefaults& wrapper) {
  std::string note =
      std::string("named as ") + wrapper.program + " names them: preprocessing is that program's";
  if (wrapper.grey_mean)
    note +=
        ", which subtracts a mean colour that the checkpoint does not hold: MatConvNet's VGG-16's is assumed";
  return note;
}

}  // namespace bitplace
