#include "cuda/channels/channels_kernels.h"
#include "cuda/common/emulate.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) \
  static const EmulatedKernel name##_emulated(#name, emulate<__VA_ARGS__>);
#include "cuda/channels/channels.inc"

static void emulate_vlad(const void* parameters, ThreadOrder order) {
  emulate<VladResidualsKernel>(parameters, order);
  emulate<RowsKernel<VladLengths>>(parameters, order);
}
static const EmulatedKernel vlad_emulated("vlad__tiles", emulate_vlad);

}  // namespace bitplace::cuda
