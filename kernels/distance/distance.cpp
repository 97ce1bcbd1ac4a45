#include "kernels/distance/distance.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const DistanceKernel symbol;
#include "kernels/distance/distance.inc"
#undef BITPLACE_KERNEL

KernelTable<DistanceKernel> distance_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const DistanceKernel* kRows[] = {
#include "kernels/distance/distance.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
