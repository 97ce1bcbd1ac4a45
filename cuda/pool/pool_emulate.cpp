#include "cuda/common/emulate.h"
#include "cuda/pool/pool_kernels.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) \
  static const EmulatedKernel name##_emulated(#name, emulate<__VA_ARGS__>);
#include "cuda/pool/pool.inc"

}  // namespace bitplace::cuda
