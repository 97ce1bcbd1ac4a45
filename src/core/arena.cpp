#include "core/arena.h"

#include <cstring>

#include "core/error.h"
#include "kernels/common/kernel.h"

namespace bitplace {

Result<AlignedBuffer> AlignedBuffer::allocate(std::size_t bytes) {
  Result<AlignedBuffer> buffer = allocate_uninitialized(bytes);
  if (buffer.ok() && buffer->size() > 0) std::memset(buffer->data(), 0, buffer->size());
  return buffer;
}

Result<AlignedBuffer> AlignedBuffer::allocate_uninitialized(std::size_t bytes) {
  const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  AlignedBuffer buffer;
  if (rounded == 0) return buffer;
  auto* data = rounded < bytes ? nullptr : static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded));
  if (data == nullptr) {
    return Error(ErrorCode::out_of_memory, "out of memory: " + std::to_string(bytes) + " bytes");
  }
  buffer.data_.reset(data);
  buffer.size_ = rounded;
  return buffer;
}

}  // namespace bitplace
