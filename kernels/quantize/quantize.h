// s8 code = round_half_even(clamp(float(x) * scale, low, high)), each operation rounded to nearest even in
// binary32. NaN becomes 0. low <= 0 <= high are whole numbers within [-127, 127]: +-127 for s8, +-7 for codes
// that fit s4, low = 0 for a fused ReLU.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// Input and output do not overlap. Nothing need be aligned.
struct QuantizeCall {
  const void* input;
  std::int8_t* output;
  float scale;
  float low = -127.0f;
  float high = 127.0f;
};

// The same as u8: low is 0, high a whole number up to 255.
struct UnsignedQuantizeCall {
  const float* input;
  std::uint8_t* output;
  float scale;
  float high = 255.0f;
};

// Each runs elements [begin, end) and touches no others.
struct QuantizeKernel {
  const char* name;
  IsaFeatures features;
  void (*run_s32)(const QuantizeCall&, std::int64_t begin, std::int64_t end);
  void (*run_f32)(const QuantizeCall&, std::int64_t begin, std::int64_t end);
  void (*run_f16)(const QuantizeCall&, std::int64_t begin, std::int64_t end);
  void (*run_unsigned)(const UnsignedQuantizeCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<QuantizeKernel> quantize_kernels();

}  // namespace bitplace
