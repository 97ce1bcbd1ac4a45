// The definition of the f32 depthwise convolution: one output at a time from canonical weights
// (kernels/common/reference_windows.cpp).

#include "kernels/common/reference_convolution.h"
#include "kernels/common/reference_windows.h"
#include "kernels/depthwise_f32_f32/depthwise_f32_f32.h"

namespace bitplace {

extern const ConvolutionKernel depthwise_f32_f32__ref = {
    "depthwise_f32_f32__ref", 0,
    reference::accepts,       reference::packed_bytes_f32,
    reference::pack_f32,      reference::scratch_bytes,
    reference::prepare_tasks, reference::prepare,
    reference::run_tasks,     reference::run_f32};

}  // namespace bitplace
