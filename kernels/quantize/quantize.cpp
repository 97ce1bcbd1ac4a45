#include "kernels/quantize/quantize.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const QuantizeKernel symbol;
#include "kernels/quantize/quantize.inc"
#undef BITPLACE_KERNEL

KernelTable<QuantizeKernel> quantize_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const QuantizeKernel* kRows[] = {
#include "kernels/quantize/quantize.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
