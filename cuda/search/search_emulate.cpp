#include "cuda/common/emulate.h"
#include "cuda/search/search_kernels.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) \
  static const EmulatedKernel name##_emulated(#name, emulate<__VA_ARGS__>);
#include "cuda/search/search.inc"

static void emulate_top_k(const void* parameters, ThreadOrder order) {
  run_top_k(*static_cast<const TopKParameters*>(parameters), [&](const TopKRound& round) {
    emulate<TopKKernel>(&round, order);
    return 0;
  });
}
static const EmulatedKernel top_k_emulated("top_k__sorted_chunks", emulate_top_k);

}  // namespace bitplace::cuda
