// Generalized-mean pooling with AVX-512: pairs of partial sums of 64 channels (8 vectors of 16), then roots.
//
//   y[c] = (sum over pixels of max(x, epsilon)^p / pixels)^(1 / p), 16 partial sums (gem_pool.h)
//
// The 16 partial sums wait in 4 KiB of stack. x^3 is two multiplications; any other power repeats log and exp
// of elementary.cpp. Pixels are read in whole vectors (an arena tensor's tail allows it), and only existing
// channels are written. Never fused.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 7 x 7 x 1280, p = 3: 4.9 us, of which 3.2 are there with
// a single pixel too: the tree of partial sums and the roots. p = 2.9: 67 us, bound by arithmetic (log, exp,
// a division).
#include "kernels/common/lanes_avx512.h"
#include "kernels/gem_pool/gem_pool_lanes.h"

namespace bitplace {

extern const GemPoolKernel gem_pool__avx512 = {"gem_pool__avx512", isa_feature::avx512, run<Avx512>};

}  // namespace bitplace
