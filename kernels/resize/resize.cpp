#include "kernels/resize/resize.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ResizeKernel symbol;
#include "kernels/resize/resize.inc"
#undef BITPLACE_KERNEL

KernelTable<ResizeKernel> resize_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ResizeKernel* kRows[] = {
#include "kernels/resize/resize.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
