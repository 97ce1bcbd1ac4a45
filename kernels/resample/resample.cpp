#include "kernels/resample/resample.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ResampleKernel symbol;
#include "kernels/resample/resample.inc"
#undef BITPLACE_KERNEL

KernelTable<ResampleKernel> resample_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ResampleKernel* kRows[] = {
#include "kernels/resample/resample.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
