#include "cuda/pool/pool_rows.h"

#include "cuda/common/rows.h"
#include "cuda/pool/pool_kernels.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) const DeviceKernel name = device_row<__VA_ARGS__>(#name);
#include "cuda/pool/pool.inc"

}  // namespace bitplace::cuda
