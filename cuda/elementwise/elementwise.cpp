#include "cuda/elementwise/elementwise_rows.h"

#include "cuda/common/rows.h"
#include "cuda/elementwise/elementwise_kernels.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) const DeviceKernel name = device_row<__VA_ARGS__>(#name);
#include "cuda/elementwise/elementwise.inc"

}  // namespace bitplace::cuda
