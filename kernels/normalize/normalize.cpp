#include "kernels/normalize/normalize.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const NormalizeKernel symbol;
#include "kernels/normalize/normalize.inc"
#undef BITPLACE_KERNEL

KernelTable<NormalizeKernel> normalize_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const NormalizeKernel* kRows[] = {
#include "kernels/normalize/normalize.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
