// Descriptors of known places, searchable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "bitplace/descriptor.h"
#include "bitplace/executor.h"
#include "bitplace/export.h"
#include "bitplace/result.h"

namespace bitplace {

class DeviceSearch;

struct Match {
  std::int64_t id = 0;     // what add() was given
  std::int64_t index = 0;  // position in the map, in order of addition
  float score =
      0.0f;  // f32, s8: cosine in [-1, 1]; bits: 1 - 2 * hamming / dimension, the cosine of +-1 vectors
};

// The best matches, best first, ties in order of addition; or why there are none. Iterable like a container.
class Matches {
 public:
  Matches() = default;
  explicit Matches(std::vector<Match> matches) noexcept : matches_(std::move(matches)) {}
  explicit Matches(Error error) noexcept : status_(std::move(error)) {}

  bool ok() const noexcept { return status_.ok(); }
  explicit operator bool() const noexcept { return ok(); }
  const Error& error() const noexcept { return status_.error(); }

  auto begin() const noexcept { return matches_.begin(); }
  auto end() const noexcept { return matches_.end(); }
  std::size_t size() const noexcept { return matches_.size(); }
  bool empty() const noexcept { return matches_.empty(); }
  const Match& operator[](std::size_t i) const noexcept { return matches_[i]; }

 private:
  std::vector<Match> matches_;
  Status status_;
};

// Exact search over all descriptors; DeviceSearch does the same on a GPU. One writer (add) and any number of
// concurrent readers (query): a query sees the places that were added before it began.
class BITPLACE_API PlaceMap {
 public:
  explicit PlaceMap(const DescriptorSpec& spec) noexcept;
  PlaceMap(PlaceMap&&) noexcept;
  PlaceMap& operator=(PlaceMap&&) noexcept;
  ~PlaceMap();

  // A map file is sealed by length and hashes (docs/map-format.md). open() reads it, verifies every byte and
  // closes it: what happens to the file afterwards concerns nobody. The map can be added to; the file never
  // changes. Errors: io, corrupt, unsupported (made by a newer version), out_of_memory.
  static Result<PlaceMap> open(const char* path) noexcept;
  // Writes the whole map, or nothing: a temporary file beside `path` is renamed over it.
  Status save(const char* path) const noexcept;

  const DescriptorSpec& spec() const noexcept;
  std::int64_t size() const noexcept;
  std::size_t memory_bytes() const noexcept;

  // Errors: mismatch (another model's descriptor), invalid_argument (null data, or a value that no model
  // gives: an f32 element that is not finite or beyond 2^50, an s8 element of -128, a set bit beyond the
  // dimension), out_of_memory.
  Status add(const DescriptorView& descriptor, std::int64_t id) noexcept;

  // The `count` best. Errors: as add, and invalid_argument where count < 1.
  Matches query(const DescriptorView& descriptor, int count) const noexcept;
  Matches query(const DescriptorView& descriptor, int count, Executor& executor) const noexcept;

  // Score of every place, in order of addition; `count` must be size(). For evaluation.
  Status scores(const DescriptorView& descriptor, float* out, std::int64_t count) const noexcept;

  // The same bytes for several queries, `count` scores of the first, then of the next: `out` has room for
  // query_count * count. Much faster than one by one where the map does not fit a cache, because each place
  // is read from memory once for up to 64 queries. Takes little memory of its own, however many there are.
  // Errors: as above, with the query's number; no score has been written then.
  Status scores(const DescriptorView* queries, std::int64_t query_count, float* out, std::int64_t count,
                Executor* executor = nullptr) const noexcept;

 private:
  friend class DeviceSearch;
  struct State;
  Matches query_with(const DescriptorView& descriptor, int count, Executor* executor) const noexcept;
  std::unique_ptr<State> state_;  // null when memory ran out at construction: every call then says so
};

}  // namespace bitplace
