#include "vprplace/allocation_counter.h"

#include <cstddef>
#include <cstdlib>

// glibc lets a program stand in front of malloc and offers the real one by another name; operator new ends
// there too.
#if defined(__GLIBC__) && BITPLACE_COUNT_ALLOCATIONS

#include <atomic>
#include <cerrno>

namespace {
std::atomic<std::int64_t> allocations{0};
void count() {
  allocations.fetch_add(1, std::memory_order_relaxed);
}
}  // namespace

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* old, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

__attribute__((visibility("default"))) void* malloc(std::size_t bytes) {
  count();
  return __libc_malloc(bytes);
}
__attribute__((visibility("default"))) void* calloc(std::size_t number, std::size_t bytes) {
  count();
  return __libc_calloc(number, bytes);
}
__attribute__((visibility("default"))) void* realloc(void* old, std::size_t bytes) {
  count();
  return __libc_realloc(old, bytes);
}
__attribute__((visibility("default"))) void* memalign(std::size_t alignment, std::size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}
__attribute__((visibility("default"))) void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count();
  return __libc_memalign(alignment, bytes);
}
__attribute__((visibility("default"))) int posix_memalign(void** out, std::size_t alignment,
                                                          std::size_t bytes) {
  const bool power_of_two = alignment != 0 && (alignment & (alignment - 1)) == 0;
  if (!power_of_two || alignment % sizeof(void*) != 0) return EINVAL;
  count();
  *out = __libc_memalign(alignment, bytes);
  return *out != nullptr ? 0 : ENOMEM;
}
}

namespace bitplace::tools {
std::optional<std::int64_t> allocation_count() {
  return allocations.load(std::memory_order_relaxed);
}
}  // namespace bitplace::tools

#else

namespace bitplace::tools {
std::optional<std::int64_t> allocation_count() {
  return std::nullopt;
}
}  // namespace bitplace::tools

#endif
