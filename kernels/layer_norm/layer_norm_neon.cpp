// Layer normalisation with NEON: mean, variance and result of four pixels at a time, which stay
// in the first-level cache for the second and third pass.
//
//   y = ((x - mean) * scale) * weight + bias, the 16 partial sums of a pixel being four vectors
//
// Weight and bias are read once for these pixels. Nothing behind the last channel is touched. Never fused.
#include "kernels/common/lanes_neon.h"
#include "kernels/layer_norm/layer_norm_lanes.h"

namespace bitplace {

extern const LayerNormKernel layer_norm__neon = {"layer_norm__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
