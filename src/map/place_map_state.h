// What a PlaceMap holds.
#pragma once

#include <algorithm>
#include <cstddef>

#include "bitplace/place_map.h"
#include "kernels/distance/distance.h"
#include "map/place_storage.h"

namespace bitplace {

struct PlaceMap::State {
  explicit State(const DescriptorSpec& map_spec)
      : spec(map_spec), storage(std::max<std::size_t>(1, spec.bytes()), spec.type == DescriptorType::s8) {}

  DescriptorSpec spec;
  PlaceStorage storage;
  const DistanceKernel* kernel = nullptr;  // null: `failure` says why
  Status failure;
};

}  // namespace bitplace
