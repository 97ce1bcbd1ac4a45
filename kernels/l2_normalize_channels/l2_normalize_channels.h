// y = x / max(|x|, 1e-12) for each pixel's f32 channels, byte-identical on every instruction set: a pixel is
// normalised exactly as l2_normalize.h says of a whole f32 tensor.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// The output does not overlap the input, which has a tail (kTailPad).
struct L2NormalizeChannelsCall {
  const float* input;  // [pixels, channels]
  float* output;
  std::int64_t channels;
};

// Runs pixels [begin, end) and writes no others.
struct L2NormalizeChannelsKernel {
  const char* name;
  IsaFeatures features;
  void (*run)(const L2NormalizeChannelsCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<L2NormalizeChannelsKernel> l2_normalize_channels_kernels();

}  // namespace bitplace
