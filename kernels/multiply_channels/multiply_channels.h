// A map times one value per channel: the gate of squeeze-and-excitation.
//
//   s8   out = round_half_even(clamp((float(x) * float(gate[c])) * scale, low, high))
//   f32  out = clamp(x * gate[c], low, high)
//   f16  out = half(clamp(float(x) * float(gate[c]), low, high))
//
// The first product is exact for s8 and f16. clamp is y = low > x ? low : x, then high < y ? high : y: a NaN
// stays. Every operation stands for itself, rounded to nearest even in binary32 (half: binary16), so results
// are byte-identical on every instruction set; only which NaN a NaN is, is left open.
//
// For s8, low <= high are whole numbers within [-127, 127] and 128 * 128 * |scale| is finite.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// The output may be the input, or not overlap it. Nothing need be aligned.
struct MultiplyChannelsCall {
  const void* input;  // pixels x channels
  const void* gate;   // channels, of the input's type
  void* output;
  std::int64_t channels;
  float scale;  // s8 only
  float low, high;
};

// Each runs pixels [begin, end) and touches no others.
struct MultiplyChannelsKernel {
  const char* name;
  IsaFeatures features;
  void (*run_s8)(const MultiplyChannelsCall&, std::int64_t begin, std::int64_t end);
  void (*run_f32)(const MultiplyChannelsCall&, std::int64_t begin, std::int64_t end);
  void (*run_f16)(const MultiplyChannelsCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<MultiplyChannelsKernel> multiply_channels_kernels();

}  // namespace bitplace
