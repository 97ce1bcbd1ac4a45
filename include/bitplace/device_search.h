// Search of a map's places on a GPU.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "bitplace/descriptor.h"
#include "bitplace/export.h"
#include "bitplace/place_map.h"
#include "bitplace/result.h"

namespace bitplace {

struct DeviceSearchOptions {
  const char* device = "cuda";  // or "cuda:N", this machine's N-th GPU from 0; on the CPU a PlaceMap searches
  int batch = 64;               // queries that run together at most, 1 to 65535
  // Matches that a query may ask for at most: 1 to 1024 where the map has more places.
  int count = 20;
};

// The places of a map as they are when it is made, on a GPU: for many queries at a time, on the desk. Finds
// what PlaceMap::query finds, scores and order to the last bit. Places that the map is given later are not in
// it; what becomes of the map does not concern it.
//
// One thread at a time uses it: it has a stream of its own. Nothing falls back to the CPU.
class BITPLACE_API DeviceSearch {
 public:
  // Device memory that create() takes of the map as it is, in one piece. For each place the descriptor,
  // rounded up to 16 bytes, and of s8 its norm; and for each place and query of a batch 4 (f32) or 8 (s8,
  // bits) and about count / 128 bytes. The rest is small. Beside it the search pins the host's memory for one
  // batch's descriptors and matches, and keeps the ids, 8 bytes a place. Errors: those of the options, and of
  // the map.
  static Result<std::size_t> memory_bytes(const PlaceMap& map,
                                          const DeviceSearchOptions& options = {}) noexcept;

  // Uploads the places. Errors: invalid_argument (a batch or count below 1, a batch above 65535, a device
  // that is none); unsupported (more than 1024 matches, 2^32 places or more, a build without GPU kernels, no
  // such device or no driver); out_of_memory, with the bytes asked for and those that are free. Then nothing
  // is taken.
  static Result<DeviceSearch> create(const PlaceMap& map, const DeviceSearchOptions& options = {}) noexcept;

  DeviceSearch(DeviceSearch&&) noexcept;
  DeviceSearch& operator=(DeviceSearch&&) noexcept;
  ~DeviceSearch();

  const DescriptorSpec& spec() const noexcept;
  std::int64_t size() const noexcept;         // places
  std::size_t memory_bytes() const noexcept;  // on the device
  const char* device() const noexcept;        // "cuda:0 (NVIDIA H200)"

  // The `count` best. Errors: as PlaceMap::query(); invalid_argument too where there are more than the
  // search's DeviceSearchOptions::count; internal where the device fails.
  Matches query(const DescriptorView& descriptor, int count) noexcept;

  // The min(count, size()) best of each of `query_count` queries, one query's behind another's, best first.
  // `room` says how many `matches` takes; it must be query_count * min(count, size()). Any number of queries:
  // they run in batches. Errors: as above, a wrong query's with its number, before anything is written.
  Status query(const DescriptorView* queries, std::int64_t query_count, int count, Match* matches,
               std::int64_t room) noexcept;

  struct Implementation;
  explicit DeviceSearch(std::unique_ptr<Implementation> implementation) noexcept;

 private:
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace bitplace
