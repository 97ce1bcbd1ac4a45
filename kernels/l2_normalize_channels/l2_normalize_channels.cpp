#include "kernels/l2_normalize_channels/l2_normalize_channels.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const L2NormalizeChannelsKernel symbol;
#include "kernels/l2_normalize_channels/l2_normalize_channels.inc"
#undef BITPLACE_KERNEL

KernelTable<L2NormalizeChannelsKernel> l2_normalize_channels_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const L2NormalizeChannelsKernel* kRows[] = {
#include "kernels/l2_normalize_channels/l2_normalize_channels.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
