#include "cuda/channels/channels_rows.h"

#include "cuda/channels/channels_kernels.h"
#include "cuda/common/rows.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) const DeviceKernel name = device_row<__VA_ARGS__>(#name);
#include "cuda/channels/channels.inc"

const DeviceKernel vlad__tiles = {"vlad__tiles", kLowestArchitecture, kAnyArchitecture,
                                  BITPLACE_LAUNCH(launch_vlad)};

}  // namespace bitplace::cuda
