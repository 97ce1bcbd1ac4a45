// A matrix transposed: output[c][i] = input[i][c], for elements of 1, 2 or 4 bytes.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// Nothing overlaps; the input has a tail (kTailPad).
struct TransposeCall {
  const void* input;  // [pixels, channels]
  void* output;       // [channels, pixels]
  std::int64_t pixels, channels;
};

// Each writes output rows [begin, end), which are input channels, and no others.
struct TransposeKernel {
  const char* name;
  IsaFeatures features;
  void (*run_8)(const TransposeCall&, std::int64_t begin, std::int64_t end);
  void (*run_16)(const TransposeCall&, std::int64_t begin, std::int64_t end);
  void (*run_32)(const TransposeCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<TransposeKernel> transpose_kernels();

}  // namespace bitplace
