// Common ground of all kernels: plain data and constants only, because this header is included from files
// that are compiled for a higher instruction set than the caller may have (docs/dispatch.md).
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitplace/cpu.h"

namespace bitplace {

// Every tensor in an arena is followed by this many bytes that a kernel may read and nobody writes. Memory of
// the library's user has no such tail and is never read past its end.
inline constexpr std::size_t kTailPad = 64;
inline constexpr std::size_t kAlignment = 64;

// A list of rows in order of preference; the reference row, which accepts everything, is last.
template <typename Row>
struct KernelTable {
  const Row* const* rows;
  std::size_t count;
};

}  // namespace bitplace
