#include "kernels/transpose/transpose.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const TransposeKernel symbol;
#include "kernels/transpose/transpose.inc"
#undef BITPLACE_KERNEL

KernelTable<TransposeKernel> transpose_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const TransposeKernel* kRows[] = {
#include "kernels/transpose/transpose.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
