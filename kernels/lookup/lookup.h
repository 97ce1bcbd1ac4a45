// Any function of one byte by its table of 256 results: activations between quantized layers.
//
//   s8  out = table[x + 128]
//   u8  out = table[x]
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// The output may be the input, or not overlap it. Nothing need be aligned.
struct LookupCall {
  const void* input;
  const std::int8_t* table;  // 256 results
  std::int8_t* output;
};

// Each runs elements [begin, end) and touches no others.
struct LookupKernel {
  const char* name;
  IsaFeatures features;
  void (*run_s8)(const LookupCall&, std::int64_t begin, std::int64_t end);
  void (*run_u8)(const LookupCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<LookupKernel> lookup_kernels();

}  // namespace bitplace
