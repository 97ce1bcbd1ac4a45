#include "kernels/activation/activation.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const ActivationKernel symbol;
#include "kernels/activation/activation.inc"
#undef BITPLACE_KERNEL

KernelTable<ActivationKernel> activation_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const ActivationKernel* kRows[] = {
#include "kernels/activation/activation.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
