// Softmax over each pixel's f32 channels, byte-identical on every instruction set:
//
//   e[c] = exp(x[c] - max(x))        y[c] = e[c] * (1 / sum(e))
//
// The sum is taken in 16 interleaved partial sums, channel c into sum c % 16, then the tree of ordered_sum.h.
// exp is the library's own (kernels/activation/elementary.h), every operation stands for itself, rounded in
// binary32 and never fused. Where a channel is NaN or +infinity, or all are -infinity, the whole pixel is
// NaN.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// The output does not overlap the input, which has a tail (kTailPad).
struct SoftmaxCall {
  const float* input;  // [pixels, channels]
  float* output;
  std::int64_t channels;
};

// Runs pixels [begin, end) and writes no others.
struct SoftmaxKernel {
  const char* name;
  IsaFeatures features;
  void (*run)(const SoftmaxCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<SoftmaxKernel> softmax_kernels();

}  // namespace bitplace
