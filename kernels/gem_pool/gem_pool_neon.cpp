// Generalized-mean pooling with NEON: pairs of partial sums of 16 channels (8 vectors of 4), then roots.
//
//   y[c] = (sum over pixels of max(x, epsilon)^p / pixels)^(1 / p), 16 partial sums (gem_pool.h)
//
// Pixels are read in whole vectors (an arena tensor's tail allows it), and only existing channels are
// written. Never fused.
#include "kernels/common/lanes_neon.h"
#include "kernels/gem_pool/gem_pool_lanes.h"

namespace bitplace {

extern const GemPoolKernel gem_pool__neon = {"gem_pool__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
