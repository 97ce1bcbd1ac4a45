// bit[c] = (x[c] < 0), f32 in, b1 out: -0.0 and NaN give 0, which means +1.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

struct PackBitsCall {
  std::int64_t pixels;
  std::int32_t channels;
  const float* input;     // pixels x channels
  std::uint32_t* output;  // pixels x ceil(channels / 32), unused bits written 0
};

struct PackBitsKernel {
  const char* name;
  IsaFeatures features;
  void (*run)(const PackBitsCall&, std::int64_t pixel_begin, std::int64_t pixel_end);
};

KernelTable<PackBitsKernel> pack_bits_kernels();

}  // namespace bitplace
