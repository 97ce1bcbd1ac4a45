#include "cuda/common/launch_kernel.h"
#include "cuda/pool/pool_kernels.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) template int launch<__VA_ARGS__>(const void*, void*);
#include "cuda/pool/pool.inc"

}  // namespace bitplace::cuda
