// Layer normalisation of each pixel's f32 channels, byte-identical on every instruction set:
//
//   mean = sum(x) / channels        variance = sum((x - mean) * (x - mean)) / channels
//   y[c] = ((x[c] - mean) * scale) * weight[c] + bias[c]
//   with scale = float(1.0 / sqrt(double(variance) + double(epsilon)))
//
// Sums are taken in 16 interleaved partial sums, channel c into sum c % 16, then the tree of ordered_sum.h.
// Every operation stands for itself, rounded in binary32 (scale: binary64 as written) and never fused.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// The output does not overlap the input. Input, weight and bias have a tail (kTailPad). channels < 2^24,
// epsilon positive.
struct LayerNormCall {
  const float* input;  // [pixels, channels]
  const float* weight;
  const float* bias;
  float* output;
  std::int64_t channels;
  float epsilon;
};

// Runs pixels [begin, end) and writes no others.
struct LayerNormKernel {
  const char* name;
  IsaFeatures features;
  void (*run)(const LayerNormCall&, std::int64_t begin, std::int64_t end);
};

KernelTable<LayerNormKernel> layer_norm_kernels();

}  // namespace bitplace
