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

// What one layer does, apart from its arithmetic's kind.
struct LayerWork {
  double multiply_accumulates = 0;
  double requantized = 0;  // outputs that go through scale, bias and rounding
  std::size_t bytes = 0;   // input, weights and output, each touched once
};

// The time that none of arithmetic, epilogue and memory lets a layer outrun, whichever is longest: `unit`
// names it and `per_second` is in layers. 0 where no loop is known.
Limit layer_limit(const std::string& table, const std::string& kernel, IsaFeatures features,
                  const LayerWork& work);

// Reading a working set of `bytes` again and again, from whichever level of the caches holds it.
Limit read_limit(std::size_t bytes);

}  // namespace bitplace::bench
