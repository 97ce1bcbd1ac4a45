#include "map/place_storage.h"

#include <cstring>
#include <memory>
#include <utility>

#include "core/error.h"
#include "kernels/common/kernel.h"

namespace bitplace {
namespace {

constexpr std::size_t kFirstChunkBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxChunkBytes = std::size_t{16} << 20;

constexpr std::size_t round_up(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

PlaceStorage::~PlaceStorage() {
  for (Chunk* chunk = first_; chunk != nullptr;) {
    Chunk* next = chunk->next;
    delete chunk;
    chunk = next;
  }
}

// As many places as there are already, so that a small map stays small; from 64 KiB up to 16 MiB.
Result<PlaceStorage::Chunk*> PlaceStorage::make_chunk(std::int64_t first) const {
  const std::size_t fewest = std::max<std::size_t>(1, kFirstChunkBytes / descriptor_bytes_);
  const std::size_t most = std::max(fewest, kMaxChunkBytes / descriptor_bytes_);
  const std::size_t places = std::clamp(static_cast<std::size_t>(first), fewest, most);
  const std::size_t descriptors = round_up(places * descriptor_bytes_);
  const std::size_t ids = round_up(places * sizeof(std::int64_t));
  const std::size_t norms = has_norms_ ? places * sizeof(float) : 0;
  BITPLACE_ASSIGN(memory, AlignedBuffer::allocate_uninitialized(descriptors + ids + norms));
  auto chunk = std::make_unique<Chunk>();
  std::byte* data = memory.data();
  chunk->places.first = first;
  chunk->places.descriptors = reinterpret_cast<const std::uint8_t*>(data);
  chunk->places.ids = reinterpret_cast<const std::int64_t*>(data + descriptors);
  if (has_norms_) chunk->places.norms = reinterpret_cast<const float*>(data + descriptors + ids);
  chunk->capacity = static_cast<std::int64_t>(places);
  chunk->memory = std::move(memory);
  return chunk.release();
}

void PlaceStorage::link(Chunk* chunk) {
  (last_ != nullptr ? last_->next : first_) = chunk;
  last_ = chunk;
  memory_bytes_.fetch_add(chunk->memory.size() + sizeof(Chunk), std::memory_order_relaxed);
}

Status PlaceStorage::append(const void* descriptor, std::int64_t id, float norm) {
  const std::int64_t index = size_.load(std::memory_order_relaxed);
  if (last_ == nullptr || index == last_->places.first + last_->capacity) {
    BITPLACE_ASSIGN(chunk, make_chunk(index));
    link(chunk);
  }
  // The chunk's memory is this object's own; its readers see it as constant.
  const PlaceBlock place = part_of(last_->places, index, index + 1);
  std::memcpy(const_cast<std::uint8_t*>(place.descriptors), descriptor, descriptor_bytes_);
  *const_cast<std::int64_t*>(place.ids) = id;
  if (place.norms != nullptr) *const_cast<float*>(place.norms) = norm;
  size_.store(index + 1, std::memory_order_release);
  return {};
}

Status PlaceStorage::adopt(AlignedBuffer memory, const PlaceBlock& places) {
  if (places.count == 0) return {};
  auto chunk = std::make_unique<Chunk>();
  chunk->memory = std::move(memory);
  chunk->places = places;
  chunk->capacity = places.count;
  link(chunk.release());
  size_.store(places.count, std::memory_order_release);
  return {};
}

}  // namespace bitplace
