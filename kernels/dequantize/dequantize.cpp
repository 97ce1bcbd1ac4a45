#include "kernels/dequantize/dequantize.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const DequantizeKernel symbol;
#include "kernels/dequantize/dequantize.inc"
#undef BITPLACE_KERNEL

KernelTable<DequantizeKernel> dequantize_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const DequantizeKernel* kRows[] = {
#include "kernels/dequantize/dequantize.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
