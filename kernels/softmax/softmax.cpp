#include "kernels/softmax/softmax.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const SoftmaxKernel symbol;
#include "kernels/softmax/softmax.inc"
#undef BITPLACE_KERNEL

KernelTable<SoftmaxKernel> softmax_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const SoftmaxKernel* kRows[] = {
#include "kernels/softmax/softmax.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
