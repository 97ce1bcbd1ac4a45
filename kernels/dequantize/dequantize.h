// Codes and accumulators to floats.
//
//   s8 -> f32   out = float(x) * scale
//   s8 -> f16   out = half(float(x) * scale)
//   s32 -> f32  out = float(x) * scale[c] + bias[c], or without the addition where bias is null
//
// Every operation stands for itself, rounded to nearest even in binary32 (half: binary16) and never fused,
// so results are byte-identical on every instruction set. Scales and biases are finite.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// Input and output do not overlap. Nothing need be aligned.
struct DequantizeCall {
  const std::int8_t* input;
  void* output;
  float scale;
};

struct DequantizeChannelsCall {
  const std::int32_t* input;  // pixels x channels
  float* output;
  const float* scale;  // per channel
  const float* bias;   // per channel, or null
  std::int64_t channels;
};

// Each runs elements (run_s32_f32: pixels) [begin, end) and touches no others.
struct DequantizeKernel {
  const char* name;
  IsaFeatures features;
  void (*run_s8_f32)(const DequantizeCall&, std::int64_t begin, std::int64_t end);
  void (*run_s8_f16)(const DequantizeCall&, std::int64_t begin, std::int64_t end);
  void (*run_s32_f32)(const DequantizeChannelsCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<DequantizeKernel> dequantize_kernels();

}  // namespace bitplace
