#include "kernels/cast/cast.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const CastKernel symbol;
#include "kernels/cast/cast.inc"
#undef BITPLACE_KERNEL

KernelTable<CastKernel> cast_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const CastKernel* kRows[] = {
#include "kernels/cast/cast.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
