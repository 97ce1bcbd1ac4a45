#include "cuda/common/emulate.h"
#include "cuda/elementwise/elementwise_kernels.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) \
  static const EmulatedKernel name##_emulated(#name, emulate<__VA_ARGS__>);
#include "cuda/elementwise/elementwise.inc"

}  // namespace bitplace::cuda
