// The channels of two maps, those of the second behind those of the first, pixel by pixel. Elements are bytes
// to it: all types alike.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// The output does not overlap the inputs.
struct ConcatenateCall {
  const void* a;  // [pixels, a_bytes]
  const void* b;  // [pixels, b_bytes]
  void* output;   // [pixels, a_bytes + b_bytes]
  std::int64_t a_bytes, b_bytes;
};

// Runs pixels [begin, end) and touches no others.
struct ConcatenateKernel {
  const char* name;
  IsaFeatures features;
  void (*run)(const ConcatenateCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<ConcatenateKernel> concatenate_kernels();

}  // namespace bitplace
