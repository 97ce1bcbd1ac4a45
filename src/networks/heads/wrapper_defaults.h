// What the programs that train place recognition feed their networks, where a checkpoint does not say.
#pragma once

#include <array>
#include <optional>

#include "graph/model_contents.h"
#include "networks/heads/wrapper_names.h"

namespace bitplace {

struct WrapperDefaults {
  const char* program;         // for people
  std::int64_t height, width;  // of the images
  ResizeRule resize;
  // Normalisation other than ImageNet's: a grey level counts as it is, less the mean.
  std::optional<std::array<float, 3>> grey_mean = {};
};

// By the names of the parameters, after use_backbone_names(); nothing where they are a bare backbone's.
std::optional<WrapperDefaults> wrapper_defaults(const NamedTensors& tensors, const WrapperNames& names);

// What the defaults imply, for people.
std::string wrapper_note(const WrapperDefaults& wrapper);

}  // namespace bitplace
