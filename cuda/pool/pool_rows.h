// Pooling: rows. Each takes PoolParameters of its operation's problem, gem_pool BatchedCall<GemPoolCall>.
#pragma once

#include "cuda/common/launch.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) extern const DeviceKernel name;
#include "cuda/pool/pool.inc"
#undef BITPLACE_DEVICE_ROW

}  // namespace bitplace::cuda
