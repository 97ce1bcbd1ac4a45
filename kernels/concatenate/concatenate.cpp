#include "kernels/concatenate/concatenate.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ConcatenateKernel symbol;
#include "kernels/concatenate/concatenate.inc"
#undef BITPLACE_KERNEL

KernelTable<ConcatenateKernel> concatenate_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ConcatenateKernel* kRows[] = {
#include "kernels/concatenate/concatenate.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
