#include "kernels/l2_normalize/l2_normalize.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const L2NormalizeKernel symbol;
#include "kernels/l2_normalize/l2_normalize.inc"
#undef BITPLACE_KERNEL

KernelTable<L2NormalizeKernel> l2_normalize_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const L2NormalizeKernel* kRows[] = {
#include "kernels/l2_normalize/l2_normalize.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
