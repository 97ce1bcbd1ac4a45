// Softmax with SSE4.2
#include "kernels/common/lanes_sse42.h"
#include "kernels/softmax/softmax_lanes.h"

namespace bitplace {

extern const SoftmaxKernel softmax__sse42 = {"softmax__sse42", isa_feature::sse42, run<Sse42>};

}  // namespace bitplace
