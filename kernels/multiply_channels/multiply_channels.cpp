#include "kernels/multiply_channels/multiply_channels.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const MultiplyChannelsKernel symbol;
#include "kernels/multiply_channels/multiply_channels.inc"
#undef BITPLACE_KERNEL

KernelTable<MultiplyChannelsKernel> multiply_channels_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const MultiplyChannelsKernel* kRows[] = {
#include "kernels/multiply_channels/multiply_channels.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
