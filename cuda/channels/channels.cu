#include "cuda/channels/channels_kernels.h"
#include "cuda/common/launch_kernel.h"

namespace bitplace::cuda {

#define BITPLACE_DEVICE_ROW(name, ...) template int launch<__VA_ARGS__>(const void*, void*);
#include "cuda/channels/channels.inc"

int launch_vlad(const void* parameters, void* stream) {
  const int error = launch<VladResidualsKernel>(parameters, stream);
  return error != 0 ? error : launch<RowsKernel<VladLengths>>(parameters, stream);
}

}  // namespace bitplace::cuda
