#include "kernels/threshold/threshold.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ThresholdKernel symbol;
#include "kernels/threshold/threshold.inc"
#undef BITPLACE_KERNEL

KernelTable<ThresholdKernel> threshold_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ThresholdKernel* kRows[] = {
#include "kernels/threshold/threshold.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
