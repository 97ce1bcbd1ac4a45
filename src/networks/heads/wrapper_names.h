// Programs that train place recognition put a backbone and a head into one module and name the backbone's
// parameters after the way they built it. Here those become torchvision's (or timm's) names again.
#pragma once

#include <string>

#include "networks/named_tensors.h"

namespace bitplace {

enum class BackboneNaming : std::uint8_t {
  plain,           // torchvision's or timm's names, perhaps behind "backbone.", "backbone.model.", "encoder."
  sequential,      // children by number: CosPlace, EigenPlaces, deep-visual-geo-localization-benchmark,
                   // pytorch-NetVlad, hloc
  frozen_unfrozen  // OpenVPRLab: frozen_layers.I and unfrozen_layers.I
};

struct WrapperNames {
  std::string prefix;  // in front of the backbone's names, without what NamedTensors takes off; may be empty
  BackboneNaming naming = BackboneNaming::plain;
};

// Renames the backbone's tensors; a head's keep their names, but for DataParallel's "module." in them. Names
// that are in no wrapper stay as they are. Error: two tensors would have the same name.
Result<WrapperNames> use_backbone_names(NamedTensors& tensors);

// Whether a parameter of this name is a head's, after that.
bool is_head_name(const std::string& name);

}  // namespace bitplace
