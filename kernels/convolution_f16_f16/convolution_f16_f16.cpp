#include "kernels/convolution_f16_f16/convolution_f16_f16.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ConvolutionKernel symbol;
#include "kernels/convolution_f16_f16/convolution_f16_f16.inc"
#undef BITPLACE_KERNEL

KernelTable<ConvolutionKernel> convolution_f16_f16_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ConvolutionKernel* kRows[] = {
#include "kernels/convolution_f16_f16/convolution_f16_f16.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
