// What a DeviceSearch holds.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bitplace/device_search.h"
#include "cuda/runtime/device.h"
#include "cuda/search/place_search.h"

namespace bitplace {

struct DeviceSearch::Implementation {
  std::string device;
  std::vector<std::int64_t> ids;
  std::unique_ptr<cuda::PlaceSearch> search;

  // What a search of the map as it is would be made for.
  static Result<cuda::SearchShape> shape_of(const PlaceMap& map, const DeviceSearchOptions& options);
  // On a device that is open already; options.device is not looked at.
  static Result<std::unique_ptr<Implementation>> create(const PlaceMap& map,
                                                        const DeviceSearchOptions& options,
                                                        std::shared_ptr<cuda::Device> device);

  // How many matches of a query there will be. Error: invalid_argument.
  Result<std::int32_t> matches_of(int count) const;
  Status find(std::span<const DescriptorView> queries, std::int32_t best, Match* matches);
};

}  // namespace bitplace
