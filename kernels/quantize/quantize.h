// s8 code = round_half_even(clamp(float(x) * scale, -127, 127)), each operation rounded to nearest even in
// binary32. NaN becomes 0.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

struct QuantizeKernel {
  const char* name;
  IsaFeatures features;
  void (*run_s32)(const std::int32_t* input, float scale, std::int8_t* output, std::int64_t count);
  void (*run_f32)(const float* input, float scale, std::int8_t* output, std::int64_t count);
};

KernelTable<QuantizeKernel> quantize_kernels();

}  // namespace bitplace
