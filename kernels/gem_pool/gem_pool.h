// Generalized-mean pooling over all pixels of an f32 map, byte-identical on every instruction set:
//
//   y[c] = (mean over the pixels of max(x[c], epsilon)^p)^(1 / p)
//
// max(x, epsilon) = epsilon > x ? epsilon : x; a power is (x * x) * x where p is 3, else exp(p * log(x)).
// Powers are summed in 16 interleaved partial sums, pixel i (row-major) into sum i % 16, then the tree of
// ordered_sum.h; the sum is divided by float(pixels), and the root is exp(log(mean) * (1 / p)), for p = 3
// too. exp and log are the library's own (kernels/activation/elementary.h), every operation stands for
// itself, rounded in binary32 and never fused. Powers outside binary32 become 0 or infinite, and so does
// their root. A NaN gives a NaN; which one is left open.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// The output does not overlap the input, which has a tail (kTailPad). pixels < 2^24, p and epsilon positive.
struct GemPoolCall {
  const float* input;  // [pixels, channels]
  float* output;       // [channels]
  std::int64_t pixels, channels;
  float p, epsilon;
};

// Runs channels [begin, end) and writes no others.
struct GemPoolKernel {
  const char* name;
  IsaFeatures features;
  void (*run)(const GemPoolCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<GemPoolKernel> gem_pool_kernels();

}  // namespace bitplace
