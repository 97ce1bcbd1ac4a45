// Operations that take a pixel's channels or a descriptor: rows. l2_normalize takes L2NormalizeParameters,
// the others BatchedCall of their operation's call.
#pragma once

#include "cuda/common/launch.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) extern const DeviceKernel name;
#include "cuda/channels/channels.inc"
#undef BITPLACE_DEVICE_ROW
extern const DeviceKernel vlad__tiles;

}  // namespace bitplace::cuda
