// Softmax with SSE4.2: the maximum, the powers and their sum, then scaling; two pixels one behind the other,
// so that one's reductions overlap with another's powers.
//
//   y = exp(x - max) * (1 / sum), the 16 partial sums of a pixel being four vectors
//
// exp repeats elementary.cpp operation by operation. The last channels are read in whole vectors (an arena
// tensor's tail allows it) and written through a buffer. Never fused.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 1200 x 64: 117 us, 257 x 257: 121 us.
#include "kernels/common/lanes_sse42.h"
#include "kernels/softmax/softmax_lanes.h"

namespace bitplace {

extern const SoftmaxKernel softmax__sse42 = {"softmax__sse42", isa_feature::sse42, run<Sse42>};

}  // namespace bitplace
