#include "cuda/threshold/threshold.h"

#include "cuda/common/launch_kernel.h"

namespace bitplace::cuda {

int launch_threshold_s32(const void* parameters, void* stream) {
  return launch<ThresholdKernel<std::int32_t>>(parameters, stream);
}

int launch_threshold_f32(const void* parameters, void* stream) {
  return launch<ThresholdKernel<float>>(parameters, stream);
}

}  // namespace bitplace::cuda
