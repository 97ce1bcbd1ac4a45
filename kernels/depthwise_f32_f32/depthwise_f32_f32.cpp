#include "kernels/depthwise_f32_f32/depthwise_f32_f32.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ConvolutionKernel symbol;
#include "kernels/depthwise_f32_f32/depthwise_f32_f32.inc"
#undef BITPLACE_KERNEL

KernelTable<ConvolutionKernel> depthwise_f32_f32_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ConvolutionKernel* kRows[] = {
#include "kernels/depthwise_f32_f32/depthwise_f32_f32.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
