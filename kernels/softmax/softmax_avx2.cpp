// Softmax with AVX2: the maximum, the powers and their sum, then scaling; four pixels one behind the other,
// so that one's reductions overlap with another's powers.
//
//   y = exp(x - max) * (1 / sum), the 16 partial sums of a pixel being two vectors
//
// exp repeats elementary.cpp operation by operation. The last channels are read in whole vectors (an arena
// tensor's tail allows it) and written through a buffer. Never fused.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 1200 x 64: 62 us, 257 x 257: 65 us; bound by the arithmetic of
// exp.
#include "kernels/common/lanes_avx2.h"
#include "kernels/softmax/softmax_lanes.h"

namespace bitplace {

extern const SoftmaxKernel softmax__avx2 = {"softmax__avx2", isa_feature::avx2, run<Avx2>};

}  // namespace bitplace
