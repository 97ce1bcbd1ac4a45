// In this program all that `new` gives is pinned and mapped, so that the kernels' tests, which were written
// for the emulator, hand the GPU memory that it can reach: their vectors too.

#include "cuda/device/mapped_memory.h"

#include <cuda_runtime_api.h>

#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>

namespace bitplace::test {
namespace {

// Blocks of powers of two out of one piece; what is given back is kept for its size.
class MappedPool {
 public:
  void* take(std::size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!begin()) return nullptr;
    const int order = order_of(bytes);
    if (Block* block = free_[order]) {
      free_[order] = block->next;
      return block;
    }
    const std::size_t size = std::size_t{1} << order;
    const std::size_t start = (used_ + size - 1) / size * size;
    if (start + size > kPoolBytes) return nullptr;
    used_ = start + size;
    orders_[start / kLeast] = static_cast<unsigned char>(order);
    return memory_ + start;
  }

  bool holds(const void* memory) const {
    const auto* byte = static_cast<const unsigned char*>(memory);
    return memory_ != nullptr && byte >= memory_ && byte < memory_ + kPoolBytes;
  }

  void give(void* memory) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto start = static_cast<std::size_t>(static_cast<unsigned char*>(memory) - memory_);
    auto* block = static_cast<Block*>(memory);
    Block*& first = free_[orders_[start / kLeast]];
    block->next = first;
    first = block;
  }

 private:
  struct Block {
    Block* next;
  };
  static constexpr std::size_t kPoolBytes = std::size_t{1} << 30;
  static constexpr std::size_t kLeast = 256;

  static int order_of(std::size_t bytes) {
    return static_cast<int>(std::bit_width(bytes <= kLeast ? kLeast - 1 : bytes - 1));
  }

  // The runtime's own allocations, while the pool begins, are not from it.
  bool begin() {
    if (memory_ != nullptr) return true;
    if (tried_) return false;
    tried_ = true;
    void* memory = nullptr;
    if (cudaHostAlloc(&memory, kPoolBytes, cudaHostAllocMapped) != cudaSuccess) return false;
    orders_ = static_cast<unsigned char*>(std::calloc(kPoolBytes / kLeast, 1));
    memory_ = static_cast<unsigned char*>(memory);
    return true;
  }

  std::mutex mutex_;
  unsigned char* memory_ = nullptr;
  unsigned char* orders_ = nullptr;
  std::size_t used_ = 0;
  bool tried_ = false;
  Block* free_[64] = {};
};

MappedPool& pool() {
  alignas(MappedPool) static unsigned char storage[sizeof(MappedPool)];
  static MappedPool* const made =
      new (storage) MappedPool();  // never ended: memory is given back until the end
  return *made;
}

thread_local bool inside = false;

}  // namespace

void* take_mapped(std::size_t bytes) {
  if (inside) return nullptr;
  inside = true;
  void* memory = pool().take(bytes);
  inside = false;
  return memory;
}

bool is_mapped(const void* memory) {
  return pool().holds(memory);
}

void give_mapped(void* memory) {
  pool().give(memory);
}

}  // namespace bitplace::test

void* operator new(std::size_t bytes) {
  if (void* mapped = bitplace::test::take_mapped(bytes)) return mapped;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  if (bitplace::test::is_mapped(memory)) {
    bitplace::test::give_mapped(memory);
  } else {
    std::free(memory);
  }
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
