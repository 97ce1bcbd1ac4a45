// Register-only loops that show what a unit of this CPU can do at most: the numerator of every share of the
// limit.
#pragma once

#include <cstdint>

#include "bitplace/cpu.h"

namespace bitplace::bench {

// One iteration of `run` does `operations` multiply-accumulates (1 bit counts 1) and touches no memory.
struct LimitLoop {
  const char* table;         // the kernel table whose inner loop this is
  const char* method;        // and the part of the kernels' names that says which of its methods; "" is any
  const char* instructions;  // "vpxord + vpopcntd + vpaddd"
  IsaFeatures features;      // the highest feature it needs
  std::int64_t operations;
  void (*run)(std::int64_t iterations);
};

// Reads `bytes` bytes once per iteration with the widest loads of the instruction set.
struct ReadLoop {
  const char* instructions;
  IsaFeatures features;
  void (*run)(const void* data, std::int64_t bytes, std::int64_t iterations);
};

}  // namespace bitplace::bench
