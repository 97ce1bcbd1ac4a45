// A map's places on a device, and the search for the best of them: distances, keys, the best few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "bitplace/descriptor.h"
#include "cuda/runtime/device.h"
#include "map/place_storage.h"

namespace bitplace::cuda {

// What a search is made for. It has passed check_search_shape.
struct SearchShape {
  DescriptorSpec spec;
  std::int64_t places = 0;
  std::int64_t batch = 1;  // queries at a time at most
  std::int64_t best = 0;   // matches of a query at most; no more than places
};

// Errors: invalid_argument (a batch that no launch takes), unsupported (more matches or places than the
// kernels count).
Status check_search_shape(const SearchShape& shape);

// Where everything lies in the one piece of device memory that a search takes.
struct SearchLayout {
  explicit SearchLayout(const SearchShape& shape);

  std::size_t descriptor_stride;  // from one descriptor to the next, queries and places
  std::size_t places, norms;      // norms of s8 descriptors
  std::size_t queries, query_norms;
  std::size_t distances, keys;  // batch x places; the distances of floats are keys
  std::size_t scratch;
  std::size_t best_places, best_keys;  // batch x best
  std::size_t total_bytes;
};

// A place that was found, and its key (src/map/scorer.h).
struct FoundPlace {
  std::int64_t index;
  float key;
};

// One thread at a time uses it.
class PlaceSearch {
 public:
  // Takes the memory and uploads the first shape.places of `storage`.
  static Result<std::unique_ptr<PlaceSearch>> create(std::shared_ptr<Device> device, const SearchShape& shape,
                                                     const PlaceStorage& storage);

  const SearchShape& shape() const { return shape_; }
  std::size_t memory_bytes() const { return layout_.total_bytes; }

  // The `best` best places of each of at most shape().batch queries, one query's behind another's; `best` is
  // from 1 to shape().best. The descriptors have passed check_descriptor. What is returned lies here until
  // the next call.
  Result<std::span<const FoundPlace>> find(std::span<const DescriptorView> queries, std::int32_t best);

 private:
  // Where everything lies in pinned memory.
  struct PinnedLayout {
    PinnedLayout(const SearchShape& shape, const SearchLayout& on_device);
    std::size_t queries, query_norms, best_places, best_keys, total_bytes;
  };

  PlaceSearch(std::shared_ptr<Device> device, const SearchShape& shape);
  Status take_memory();
  Status upload(const PlaceStorage& storage);
  Status upload_descriptors(const PlaceBlock& block, std::byte* staged);
  void stage(std::span<const DescriptorView> queries);
  Status issue_queries(std::int32_t queries);
  Status issue_search(std::int32_t queries, std::int32_t best);
  Status issue_result(std::size_t found);

  std::shared_ptr<Device> device_;
  SearchShape shape_;
  SearchLayout layout_;
  PinnedLayout pinned_layout_;
  Memory memory_;
  Memory pinned_;
  std::unique_ptr<FoundPlace[]> found_;
  std::unique_ptr<Stream> stream_;  // behind the memory that its work uses: it is given up first
};

}  // namespace bitplace::cuda
