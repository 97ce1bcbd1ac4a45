#include "cuda/common/emulate.h"
#include "cuda/resize/resize.h"

namespace bitplace::cuda {

static void emulate_resize(const void* parameters, ThreadOrder order) {
  run_resize(static_cast<const ResizeParameters*>(parameters)->method, [&](auto kernel) {
    emulate<decltype(kernel)>(parameters, order);
    return 0;
  });
}
static const EmulatedKernel resize_emulated("resize__pixels", emulate_resize);

}  // namespace bitplace::cuda
