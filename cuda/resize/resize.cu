#include "cuda/resize/resize.h"

#include "cuda/common/launch_kernel.h"

namespace bitplace::cuda {

int launch_resize(const void* parameters, void* stream) {
  return run_resize(static_cast<const ResizeParameters*>(parameters)->method,
                    [&](auto kernel) { return launch<decltype(kernel)>(parameters, stream); });
}

}  // namespace bitplace::cuda
