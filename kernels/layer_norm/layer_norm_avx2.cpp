// Layer normalisation with AVX2: mean, variance and result of four pixels at a time, which stay
// in the first-level cache for the second and third pass.
//
//   y = ((x - mean) * scale) * weight + bias, the 16 partial sums of a pixel being two vectors
//
// Weight and bias are read once for these pixels. Nothing behind the last channel is touched. Never fused.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 257 x 384: 16 us (44 % of the speed of moving the bytes), 1024
// x 400: 72 us.
#include "kernels/common/lanes_avx2.h"
#include "kernels/layer_norm/layer_norm_lanes.h"

namespace bitplace {

extern const LayerNormKernel layer_norm__avx2 = {"layer_norm__avx2", isa_feature::avx2, run<Avx2>};

}  // namespace bitplace
