// y = x / max(|x|, 1e-12), f32 out, byte-identical on every instruction set.
//
// s32 input: the sum of squares is exact in 64 bits (the caller bounds it), so any order gives it.
// f32 input: 16 interleaved partial sums, s[i % 16] += x[i] * x[i] in binary32 with multiply and add rounded
// separately, then the tree ((s0+s8)+(s4+s12)) + ((s2+s10)+(s6+s14)) + the same of the odd ones (see the
// reference). Both then scale by float(1.0 / max(sqrt(double(sum)), 1e-12)), one binary32 multiply per
// element.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

struct L2NormalizeKernel {
  const char* name;
  IsaFeatures features;
  void (*run_s32)(const std::int32_t* input, float* output, std::int64_t count);
  void (*run_f32)(const float* input, float* output, std::int64_t count);
};

KernelTable<L2NormalizeKernel> l2_normalize_kernels();

}  // namespace bitplace
