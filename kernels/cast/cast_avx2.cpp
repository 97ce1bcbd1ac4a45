// Casts between f32 and f16 with AVX2, 8 per step. Halves are converted by F16C. The last elements go through
// buffers of one step: nothing behind them is touched.
#include "kernels/cast/cast_lanes.h"
#include "kernels/common/lanes_avx2.h"

namespace bitplace {

extern const CastKernel cast__avx2 = {"cast__avx2", isa_feature::avx2, run_cast<Avx2, float, std::uint16_t>,
                                      run_cast<Avx2, std::uint16_t, float>};

}  // namespace bitplace
