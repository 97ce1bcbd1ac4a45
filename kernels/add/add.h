// Sum of two tensors of one shape, element by element: residual connections.
//
//   s8   out = round_half_even(clamp(float(a) * scale_a + float(b) * scale_b, low, high))
//   f32  out = clamp(a + b, low, high)
//   f16  out = half(clamp(float(a) + float(b), low, high))
//
// clamp is y = low > x ? low : x, then high < y ? high : y: a NaN stays. Every operation stands for itself,
// rounded to nearest even in binary32 (half: binary16) and never fused, so results are byte-identical on
// every instruction set; only which NaN a NaN is, is left open.
//
// For s8, low <= high are whole numbers within [-127, 127] (a fused ReLU has low = 0), the scales are finite
// and so is 128 * (|scale_a| + |scale_b|).
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// The output may be a or b, or overlap neither. Nothing need be aligned.
struct AddCall {
  const void* a;
  const void* b;
  void* output;
  float scale_a, scale_b;  // s8 only
  float low, high;
};

// Each runs elements [begin, end) and touches no others.
struct AddKernel {
  const char* name;
  IsaFeatures features;
  void (*run_s8)(const AddCall&, std::int64_t begin, std::int64_t end);
  void (*run_f32)(const AddCall&, std::int64_t begin, std::int64_t end);
  void (*run_f16)(const AddCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<AddKernel> add_kernels();

}  // namespace bitplace
