#include "kernels/pack_bits/pack_bits.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const PackBitsKernel symbol;
#include "kernels/pack_bits/pack_bits.inc"
#undef BITPLACE_KERNEL

KernelTable<PackBitsKernel> pack_bits_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const PackBitsKernel* kRows[] = {
#include "kernels/pack_bits/pack_bits.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
