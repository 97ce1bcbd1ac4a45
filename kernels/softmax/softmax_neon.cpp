// Softmax with NEON: the maximum, the powers and their sum, then scaling; four pixels one behind the other,
// so that one's reductions overlap with another's powers.
//
//   y = exp(x - max) * (1 / sum), the 16 partial sums of a pixel being four vectors
//
// exp repeats elementary.cpp operation by operation. The last channels are read in whole vectors (an arena
// tensor's tail allows it) and written through a buffer. Never fused.
#include "kernels/common/lanes_neon.h"
#include "kernels/softmax/softmax_lanes.h"

namespace bitplace {

extern const SoftmaxKernel softmax__neon = {"softmax__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
