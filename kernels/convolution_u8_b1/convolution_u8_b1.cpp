#include "kernels/convolution_u8_b1/convolution_u8_b1.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ConvolutionKernel symbol;
#include "kernels/convolution_u8_b1/convolution_u8_b1.inc"
#undef BITPLACE_KERNEL

KernelTable<ConvolutionKernel> convolution_u8_b1_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ConvolutionKernel* kRows[] = {
#include "kernels/convolution_u8_b1/convolution_u8_b1.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
