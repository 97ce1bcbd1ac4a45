// Aligned memory that is taken once.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "bitplace/result.h"

namespace bitplace {

// Bytes aligned to 64.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  // Zeroed. Error: out_of_memory.
  static Result<AlignedBuffer> allocate(std::size_t bytes);
  // Not touched at all, for memory that is filled at once or bit by bit.
  static Result<AlignedBuffer> allocate_uninitialized(std::size_t bytes);

  std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* data) const { std::free(data); }
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace bitplace
