#include "cuda/depthwise/depthwise.h"

#include "cuda/common/launch_kernel.h"

namespace bitplace::cuda {

template <typename Type, int kKernel, int kStride>
int launch_depthwise(const void* parameters, void* stream) {
  return run_depthwise<Type, kKernel, kStride>(
      *static_cast<const DeviceConvolutionCall*>(parameters),
      [&](auto kernel) { return launch<decltype(kernel)>(parameters, stream); });
}

#define BITPLACE_DEPTHWISE_ROW(table, form, type, kernel, stride) \
  template int launch_depthwise<type, kernel, stride>(const void*, void*);
#include "cuda/depthwise/depthwise.inc"

}  // namespace bitplace::cuda
