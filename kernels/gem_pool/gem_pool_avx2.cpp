// Generalized-mean pooling with AVX2: pairs of partial sums of 32 channels (8 vectors of 8), then roots.
//
//   y[c] = (sum over pixels of max(x, epsilon)^p / pixels)^(1 / p), 16 partial sums (gem_pool.h)
//
// The 16 partial sums wait in 2 KiB of stack. x^3 is two multiplications; any other power repeats log and exp
// of elementary.cpp. Pixels are read in whole vectors (an arena tensor's tail allows it), and only existing
// channels are written. Never fused.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 7 x 7 x 1280, p = 3: 6.8 us, of which 4.5 are there with
// a single pixel too: the tree of partial sums and the roots. p = 2.9: 115 us, bound by arithmetic.
#include "kernels/common/lanes_avx2.h"
#include "kernels/gem_pool/gem_pool_lanes.h"

namespace bitplace {

extern const GemPoolKernel gem_pool__avx2 = {"gem_pool__avx2", isa_feature::avx2, run<Avx2>};

}  // namespace bitplace
