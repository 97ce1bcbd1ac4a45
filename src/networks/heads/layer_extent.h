// Sizes of layers, from the shapes of a checkpoint's tensors.
#pragma once

#include <cstdint>
#include <string>

#include "networks/named_tensors.h"

namespace bitplace {

// 0 where there is no such tensor or axis, and where the tensor is empty: then nothing bounds its extents.
std::int32_t layer_extent(const NamedTensors& tensors, const std::string& name, std::size_t axis);

}  // namespace bitplace
