// What stands for the CUDA runtime in a build without it.

#include "cuda/runtime/device.h"

namespace bitplace::cuda {

Result<std::shared_ptr<Device>> open_device(int) noexcept {
  return Error(ErrorCode::unsupported,
               "cuda: this build has no kernels for GPUs; configure with -DBITPLACE_CUDA=ON where nvcc is");
}

}  // namespace bitplace::cuda
