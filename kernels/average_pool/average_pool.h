// Average pooling of s8, f32 and f16 tensors.
//
//   s8   out = round_half_even(clamp(float(sum) * (factor / float(taps)), -127, 127)), sum exact in s32;
//        factor is the input's scale over the output's
//   f32  out = sum / float(taps)
//   f16  out = half(sum / float(taps))
//
// A float sum starts at the first tap inside the image and takes the others in row-major order, in binary32.
// taps is window_height * window_width where count_padding is set, else the number of the window's taps
// inside the image, of which every window has at least one. Every operation stands for itself, rounded to
// nearest even in binary32 (half: binary16) and never fused, so results are byte-identical on every
// instruction set; only which NaN a NaN is, is left open.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

// All extents are at least 1; window_height * window_width < 2^24.
struct AveragePoolProblem {
  std::int32_t input_height, input_width, channels;
  std::int32_t output_height, output_width;
  std::int32_t window_height, window_width;
  std::int32_t stride_height, stride_width;
  std::int32_t pad_top, pad_left;
  bool count_padding;
  float factor;  // s8 only: finite
};

struct AveragePoolCall {
  const AveragePoolProblem* problem;
  const void* input;
  void* output;
};

// Tasks write disjoint memory and may run at once.
struct AveragePoolKernel {
  const char* name;
  IsaFeatures features;
  void (*run_s8)(const AveragePoolCall&, std::int64_t task);
  void (*run_f32)(const AveragePoolCall&, std::int64_t task);
  void (*run_f16)(const AveragePoolCall&, std::int64_t task);
};

KernelTable<AveragePoolKernel> average_pool_kernels();

// One task is one output row; where the output is a single pixel, as in global pooling, it is a run of
// kAveragePoolChannels channels of that pixel.
inline constexpr std::int64_t kAveragePoolChannels = 64;
std::int64_t average_pool_tasks(const AveragePoolProblem& problem);

}  // namespace bitplace
