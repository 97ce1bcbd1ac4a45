// Max-pooling of s8, u8, s32, f16 and f32 tensors, and of bits.
//
// On bits the maximum of +-1 is AND, because 1 means -1; a channel whose bit was flipped (its slope was
// negative) holds the opposite order, so its maximum is OR. Padded taps never win: they are skipped. Among
// floats a tap wins where tap > best, best being -infinity before the first: a NaN never wins, and of equal
// zeros the earlier stays.
#pragma once

#include "kernels/common/kernel.h"

namespace bitplace {

struct MaxPoolProblem {
  std::int32_t input_height, input_width, channels;
  std::int32_t output_height, output_width;
  std::int32_t window_height, window_width;
  std::int32_t stride_height, stride_width;
  std::int32_t pad_top, pad_left;
};

// One task is one output row. `flip_words` (b1 only, may be null: AND everywhere) holds ceil(channels / 32)
// words in the activation's own bit order.
struct MaxPoolCall {
  const MaxPoolProblem* problem;
  const void* input;
  void* output;
  const std::uint32_t* flip_words;
};

struct MaxPoolKernel {
  const char* name;
  IsaFeatures features;
  void (*run)(const MaxPoolCall&, std::int64_t output_row);
};

KernelTable<MaxPoolKernel> max_pool_s8_kernels();
KernelTable<MaxPoolKernel> max_pool_u8_kernels();
KernelTable<MaxPoolKernel> max_pool_s32_kernels();
KernelTable<MaxPoolKernel> max_pool_f16_kernels();
KernelTable<MaxPoolKernel> max_pool_f32_kernels();
KernelTable<MaxPoolKernel> max_pool_b1_kernels();

}  // namespace bitplace
