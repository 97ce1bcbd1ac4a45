#include "cuda/common/launch_kernel.h"
#include "cuda/search/search_kernels.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) template int launch<__VA_ARGS__>(const void*, void*);
#include "cuda/search/search.inc"

int launch_top_k(const void* parameters, void* stream) {
  return run_top_k(*static_cast<const TopKParameters*>(parameters),
                   [&](const TopKRound& round) { return launch<TopKKernel>(&round, stream); });
}

}  // namespace bitplace::cuda
