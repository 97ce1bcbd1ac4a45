// Aligned memory that is taken once.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "bitplace/result.h"

namespace bitplace {

// Zeroed bytes aligned to 64, or null data when memory is out.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  static Result<AlignedBuffer> allocate(std::size_t bytes);

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
