// Where a map keeps its places: a chain of chunks that only grows and whose places never move.
//
// One thread appends, any number read. Everything about a place, its chunk's link included, is written before
// size() counts it (release), so a reader that has asked for size() (acquire) may read all of these places
// without a lock. It must not look further: not even at the link behind the last place.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "bitplace/result.h"
#include "core/arena.h"

namespace bitplace {

// Places that lie together.
struct PlaceBlock {
  std::int64_t first = 0;  // index of the first in the map
  std::int64_t count = 0;
  const std::uint8_t* descriptors = nullptr;
  const std::int64_t* ids = nullptr;
  const float* norms = nullptr;  // null unless the descriptors are s8
};

class PlaceStorage {
 public:
  PlaceStorage(std::size_t descriptor_bytes, bool has_norms)
      : descriptor_bytes_(descriptor_bytes), has_norms_(has_norms) {}
  PlaceStorage(const PlaceStorage&) = delete;
  PlaceStorage& operator=(const PlaceStorage&) = delete;
  ~PlaceStorage();

  std::int64_t size() const { return size_.load(std::memory_order_acquire); }
  std::size_t memory_bytes() const { return memory_bytes_.load(std::memory_order_relaxed); }

  // Error: out_of_memory; nothing has changed then.
  Status append(const void* descriptor, std::int64_t id, float norm);

  // Takes over the first places of a map that has none yet. `places` points into `memory`.
  Status adopt(AlignedBuffer memory, const PlaceBlock& places);

  // Calls visit(block) for blocks of at most `longest` places that make up [begin, end), in order; `end` is
  // at most a size() that the caller has read.
  template <typename Visit>
  void for_each_block(std::int64_t begin, std::int64_t end, std::int64_t longest, Visit visit) const {
    const Chunk* chunk = begin < end ? first_ : nullptr;
    while (begin < end) {
      const PlaceBlock& all = chunk->places;
      const std::int64_t chunk_end = std::min(end, all.first + chunk->capacity);
      while (begin < chunk_end) {
        const std::int64_t block_end = begin + std::min(longest, chunk_end - begin);
        visit(part_of(all, begin, block_end));
        begin = block_end;
      }
      if (begin < end) chunk = chunk->next;
    }
  }

 private:
  struct Chunk {
    AlignedBuffer memory;
    PlaceBlock places;  // `count` is not kept up to date
    std::int64_t capacity = 0;
    Chunk* next = nullptr;
  };

  PlaceBlock part_of(const PlaceBlock& all, std::int64_t begin, std::int64_t end) const {
    const std::int64_t skip = begin - all.first;
    return {begin, end - begin, all.descriptors + static_cast<std::size_t>(skip) * descriptor_bytes_,
            all.ids + skip, all.norms != nullptr ? all.norms + skip : nullptr};
  }
  Result<Chunk*> make_chunk(std::int64_t first) const;
  void link(Chunk* chunk);

  std::size_t descriptor_bytes_;
  bool has_norms_;
  Chunk* first_ = nullptr;
  Chunk* last_ = nullptr;
  std::atomic<std::int64_t> size_ = 0;
  std::atomic<std::size_t> memory_bytes_ = 0;
};

}  // namespace bitplace
