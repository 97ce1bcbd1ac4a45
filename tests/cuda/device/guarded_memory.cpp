// Guarded memory that the GPU reaches: no page ends a program, but sentinels stand on both sides.

#include "kernels/guarded_memory.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "cuda/device/mapped_memory.h"

namespace bitplace::test {
namespace {

constexpr std::byte kSentinel{0xa5};
constexpr std::size_t kPage = 4096;

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

}  // namespace

GuardedMemory::GuardedMemory(std::size_t bytes, std::size_t tail, std::size_t alignment, Placement placement)
    : bytes_(bytes) {
  const std::size_t used = round_up(bytes + tail, alignment);
  const std::size_t inner = std::max(round_up(used, kPage), kPage);
  mapped_bytes_ = inner + 2 * kPage;
  mapping_ = static_cast<std::byte*>(take_mapped(mapped_bytes_));
  if (mapping_ == nullptr) throw std::bad_alloc();
  std::fill_n(mapping_, mapped_bytes_, kSentinel);
  std::byte* first = mapping_ + kPage;
  data_ = placement == Placement::against_start ? first : first + (inner - used);
}

GuardedMemory::~GuardedMemory() {
  give_mapped(mapping_);
}

void GuardedMemory::copy_from(const void* source) {
  if (bytes_ != 0) std::memcpy(data_, source, bytes_);
}

void GuardedMemory::make_read_only() {}

bool GuardedMemory::intact() const {
  const auto is_sentinel = [](std::byte value) { return value == kSentinel; };
  return std::all_of(mapping_, data_, is_sentinel) &&
         std::all_of(data_ + bytes_, mapping_ + mapped_bytes_, is_sentinel);
}

}  // namespace bitplace::test
