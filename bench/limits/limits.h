// The limits of this machine, measured once per process.
#pragma once

#include <string>

#include "bench/limits/limit_loop.h"

namespace bitplace::bench {

struct Limit {
  std::string unit;       // the instructions of the loop, or the memory level
  double per_second = 0;  // multiply-accumulates or bytes; 0 where no loop is known
};

// The loop that a kernel of this table, name and tier cannot outrun. `features` are the kernel's own.
Limit arithmetic_limit(const std::string& table, const std::string& kernel, IsaFeatures features);

// Reading a working set of `bytes` again and again, from whichever level of the caches holds it.
Limit read_limit(std::size_t bytes);

}  // namespace bitplace::bench
