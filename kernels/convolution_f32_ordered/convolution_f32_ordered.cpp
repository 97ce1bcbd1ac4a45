#include "kernels/convolution_f32_ordered/convolution_f32_ordered.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ConvolutionKernel symbol;
#include "kernels/convolution_f32_ordered/convolution_f32_ordered.inc"
#undef BITPLACE_KERNEL

KernelTable<ConvolutionKernel> convolution_f32_ordered_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ConvolutionKernel* kRows[] = {
#include "kernels/convolution_f32_ordered/convolution_f32_ordered.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
