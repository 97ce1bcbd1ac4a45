#include "kernels/convolution_s8_s8/convolution_s8_s8.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ConvolutionKernel symbol;
#include "kernels/convolution_s8_s8/convolution_s8_s8.inc"
#undef BITPLACE_KERNEL

KernelTable<ConvolutionKernel> convolution_s8_s8_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ConvolutionKernel* kRows[] = {
#include "kernels/convolution_s8_s8/convolution_s8_s8.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
