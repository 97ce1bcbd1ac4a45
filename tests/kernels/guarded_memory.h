// Memory in which a wrong access does not go unnoticed.
#pragma once

#include <cstddef>

namespace bitplace::test {

// Which end of the bytes lies directly against a page that cannot be touched.
enum class Placement { against_start, against_end };

// `bytes` bytes followed by `tail` bytes that may be read but not written, between two pages whose touch ends
// the program. Everything outside `bytes` holds a sentinel, and `bytes` start with the sentinel too, so that
// nobody can count on zeros. Against the end, the tail is rounded up only as far as `alignment` demands.
class GuardedMemory {
 public:
  GuardedMemory(std::size_t bytes, std::size_t tail, std::size_t alignment, Placement placement);
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;
  ~GuardedMemory();

  std::byte* data() const { return data_; }
  std::size_t size() const { return bytes_; }

  void copy_from(const void* source);
  // From here on a write ends the program.
  void make_read_only();
  // Whether nobody has written outside the bytes.
  bool intact() const;

 private:
  std::byte* mapping_ = nullptr;  // with both guard pages
  std::size_t mapped_bytes_ = 0;
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace bitplace::test
