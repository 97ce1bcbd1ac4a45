#include "kernels/lookup/lookup.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const LookupKernel symbol;
#include "kernels/lookup/lookup.inc"
#undef BITPLACE_KERNEL

KernelTable<LookupKernel> lookup_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const LookupKernel* kRows[] = {
#include "kernels/lookup/lookup.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
