// The definition of the f16 convolution: one output at a time from canonical weights
// (kernels/common/reference_windows.cpp).

#include "kernels/common/reference_convolution.h"
#include "kernels/common/reference_windows.h"
#include "kernels/convolution_f16_f16/convolution_f16_f16.h"

namespace bitplace {

extern const ConvolutionKernel convolution_f16_f16__ref = {
    "convolution_f16_f16__ref", 0,
    reference::accepts,         reference::packed_bytes_f16,
    reference::pack_f16,        reference::scratch_bytes,
    reference::prepare_tasks,   reference::prepare,
    reference::run_tasks,       reference::run_f16};

}  // namespace bitplace
