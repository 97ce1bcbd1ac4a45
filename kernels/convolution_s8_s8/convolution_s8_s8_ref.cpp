// The definition of the 8 x 8-bit convolution: one output at a time from canonical weights
// (kernels/common/reference_windows.cpp).

#include "kernels/common/reference_convolution.h"
#include "kernels/common/reference_windows.h"
#include "kernels/convolution_s8_s8/convolution_s8_s8.h"

namespace bitplace {

extern const ConvolutionKernel convolution_s8_s8__ref = {"convolution_s8_s8__ref", 0,
                                                         reference::accepts,       reference::packed_bytes_s8,
                                                         reference::pack_s8,       reference::scratch_bytes,
                                                         reference::prepare_tasks, reference::prepare,
                                                         reference::run_tasks,     reference::run_s8};

}  // namespace bitplace
