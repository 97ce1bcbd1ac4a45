#include "kernels/layer_norm/layer_norm.h"

namespace bitplace {

#define BITPLACE_KERNEL(symbol) extern const LayerNormKernel symbol;
#include "kernels/layer_norm/layer_norm.inc"
#undef BITPLACE_KERNEL

KernelTable<LayerNormKernel> layer_norm_kernels() {
#define BITPLACE_KERNEL(symbol) &symbol,
  static constexpr const LayerNormKernel* kRows[] = {
#include "kernels/layer_norm/layer_norm.inc"
  };
#undef BITPLACE_KERNEL
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace
