#include "cuda/search/search_rows.h"

#include "cuda/common/rows.h"
#include "cuda/search/search_kernels.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) const DeviceKernel name = device_row<__VA_ARGS__>(#name);
#include "cuda/search/search.inc"

const DeviceKernel top_k__sorted_chunks = {"top_k__sorted_chunks", kLowestArchitecture, kAnyArchitecture,
                                           BITPLACE_LAUNCH(launch_top_k)};

}  // namespace bitplace::cuda
