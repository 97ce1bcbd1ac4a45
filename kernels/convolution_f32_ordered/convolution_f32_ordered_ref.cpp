// The definition of the ordered f32 convolution: one output at a time from canonical weights
// (kernels/common/reference_windows.cpp).

#include "kernels/common/reference_convolution.h"
#include "kernels/common/reference_windows.h"
#include "kernels/convolution_f32_ordered/convolution_f32_ordered.h"

namespace bitplace {

extern const ConvolutionKernel convolution_f32_ordered__ref = {"convolution_f32_ordered__ref",
                                                               0,
                                                               reference::accepts,
                                                               reference::packed_bytes_f32,
                                                               reference::pack_f32,
                                                               reference::scratch_bytes,
                                                               reference::prepare_tasks,
                                                               reference::prepare,
                                                               reference::run_tasks,
                                                               reference::run_f32_ordered};

}  // namespace bitplace
