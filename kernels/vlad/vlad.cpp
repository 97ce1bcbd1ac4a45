#include "kernels/vlad/vlad.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const VladKernel symbol;
#include "kernels/vlad/vlad.inc"
#undef BITPLACE_KERNEL

KernelTable<VladKernel> vlad_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const VladKernel* kRows[] = {
#include "kernels/vlad/vlad.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
