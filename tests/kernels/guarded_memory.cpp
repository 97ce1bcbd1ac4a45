#include "kernels/guarded_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace bitplace::test {
namespace {

constexpr std::byte kSentinel{0xa5};

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

}  // namespace

GuardedMemory::GuardedMemory(std::size_t bytes, std::size_t tail, std::size_t alignment, Placement placement)
    : bytes_(bytes) {
  const std::size_t page = page_bytes();
  const std::size_t used = round_up(bytes + tail, alignment);
  const std::size_t inner = std::max(round_up(used, page), page);
  mapped_bytes_ = inner + 2 * page;
  void* mapping = mmap(nullptr, mapped_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  mapping_ = static_cast<std::byte*>(mapping);
  std::byte* first = mapping_ + page;
  if (mprotect(first, inner, PROT_READ | PROT_WRITE) != 0) {
    munmap(mapping_, mapped_bytes_);
    throw std::bad_alloc();
  }
  std::fill_n(first, inner, kSentinel);
  data_ = placement == Placement::against_start ? first : first + (inner - used);
}

GuardedMemory::~GuardedMemory() {
  munmap(mapping_, mapped_bytes_);
}

void GuardedMemory::copy_from(const void* source) {
  if (bytes_ != 0) std::memcpy(data_, source, bytes_);
}

void GuardedMemory::make_read_only() {
  const std::size_t page = page_bytes();
  if (mprotect(mapping_ + page, mapped_bytes_ - 2 * page, PROT_READ) != 0) throw std::bad_alloc();
}

bool GuardedMemory::intact() const {
  const auto is_sentinel = [](std::byte value) { return value == kSentinel; };
  const std::size_t page = page_bytes();
  return std::all_of(mapping_ + page, data_, is_sentinel) &&
         std::all_of(data_ + bytes_, mapping_ + mapped_bytes_ - page, is_sentinel);
}

}  // namespace bitplace::test
