// Casts between f32 and f16 with NEON, 4 per step. Halves are converted by FCVTL and FCVTN. The last step
// repeats elements or goes through buffers: nothing behind them is touched.
#include "kernels/cast/cast_lanes.h"
#include "kernels/common/lanes_neon.h"

namespace bitplace {

extern const CastKernel cast__neon = {"cast__neon", isa_feature::neon, run_cast<Neon, float, std::uint16_t>,
                                      run_cast<Neon, std::uint16_t, float>};

}  // namespace bitplace
