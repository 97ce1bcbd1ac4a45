// bit[c] = (x[c] < threshold[c]) xor flip[c], s32 in, b1 out.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// Thresholds in the kernels' form: `flip_words` holds flip as bits in activation order.
struct ThresholdCall {
  std::int64_t pixels;
  std::int32_t channels;
  const std::int32_t* input;        // pixels x channels
  const std::int32_t* threshold;    // channels
  const std::uint32_t* flip_words;  // ceil(channels / 32), unused bits 0
  std::uint32_t* output;            // pixels x ceil(channels / 32), unused bits written 0
};

struct ThresholdKernel {
  const char* name;
  IsaFeatures features;
  void (*run)(const ThresholdCall&, std::int64_t pixel_begin, std::int64_t pixel_end);
};

KernelTable<ThresholdKernel> threshold_kernels();

}  // namespace bitplace
