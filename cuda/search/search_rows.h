// Place search: rows. Distances take DistanceParameters, keys KeysParameters, top_k TopKParameters.
#pragma once

#include "cuda/common/launch.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) extern const DeviceKernel name;
#include "cuda/search/search.inc"
#undef BITPLACE_DEVICE_ROW
extern const DeviceKernel top_k__sorted_chunks;

}  // namespace bitplace::cuda
