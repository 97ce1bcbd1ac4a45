#include "kernels/add/add.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const AddKernel symbol;
#include "kernels/add/add.inc"
#undef BITPLACE_KERNEL

KernelTable<AddKernel> add_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const AddKernel* kRows[] = {
#include "kernels/add/add.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
