// Operations on single elements: rows. Each takes BatchedCall of its operation's call.
#pragma once

#include "cuda/common/launch.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) extern const DeviceKernel name;
#include "cuda/elementwise/elementwise.inc"
#undef BITPLACE_DEVICE_ROW

}  // namespace bitplace::cuda
