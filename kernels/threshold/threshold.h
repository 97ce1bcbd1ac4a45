// bit[c] = (x[c] < threshold[c]) xor flip[c], s32 or f32 in, b1 out. A NaN is not below: it gives flip[c].
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// Thresholds in the kernels' form: `flip_words` holds flip as bits in activation order.
template <typename Number>
struct ThresholdCall {
  std::int32_t channels;
  const Number* input;              // pixels x channels
  const Number* threshold;          // channels; floats may be infinite
  const std::uint32_t* flip_words;  // ceil(channels / 32), unused bits 0
  std::uint32_t* output;            // pixels x ceil(channels / 32), unused bits written 0
};

struct ThresholdKernel {
  const char* name;
  IsaFeatures features;
  void (*run_s32)(const ThresholdCall<std::int32_t>&, std::int64_t pixel_begin, std::int64_t pixel_end);
  void (*run_f32)(const ThresholdCall<float>&, std::int64_t pixel_begin, std::int64_t pixel_end);
};

KernelTable<ThresholdKernel> threshold_kernels();

}  // namespace bitplace
