#include "kernels/gem_pool/gem_pool.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const GemPoolKernel symbol;
#include "kernels/gem_pool/gem_pool.inc"
#undef BITPLACE_KERNEL

KernelTable<GemPoolKernel> gem_pool_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const GemPoolKernel* kRows[] = {
#include "kernels/gem_pool/gem_pool.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
