// Casts between f32 and f16 with AVX-512, 16 per step. Halves are converted by VCVTPH2PS and VCVTPS2PH. The
// last elements go through buffers of one step: nothing behind them is touched.
#include "kernels/cast/cast_lanes.h"
#include "kernels/common/lanes_avx512.h"

namespace bitplace {

extern const CastKernel cast__avx512 = {"cast__avx512", isa_feature::avx512,
                                        run_cast<Avx512, float, std::uint16_t>,
                                        run_cast<Avx512, std::uint16_t, float>};

}  // namespace bitplace
