#include "networks/heads/layer_extent.h"

#include <algorithm>
#include <limits>

namespace bitplace {

std::int32_t layer_extent(const NamedTensors& tensors, const std::string& name, std::size_t axis) {
  const std::vector<std::int64_t> shape = tensors.shape(name);
  const bool empty = std::any_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent < 1; });
  if (axis >= shape.size() || empty || shape[axis] > std::numeric_limits<std::int32_t>::max()) return 0;
  return static_cast<std::int32_t>(shape[axis]);
}

}  // namespace bitplace
