// L2 normalisation with NEON: two passes, sum of squares and scaling.
//
//   f32  the 16 interleaved partial sums are 4 vectors of 4; multiplied and added, never fused
//   s32  squares are exact in 64 bits, so their order is free: SMLAL and SMLAL2
//
// The last elements go through a buffer: nothing behind them is touched.
#include "kernels/common/lanes_neon.h"
#include "kernels/l2_normalize/l2_normalize_lanes.h"

namespace bitplace {

extern const L2NormalizeKernel l2_normalize__neon = {"l2_normalize__neon", isa_feature::neon, run_s32<Neon>,
                                                     run_f32<Neon>};

}  // namespace bitplace
