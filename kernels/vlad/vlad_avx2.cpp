// Aggregated residuals with AVX2
#include "kernels/common/lanes_avx2.h"
#include "kernels/vlad/vlad_lanes.h"

namespace bitplace {

extern const VladKernel vlad__avx2 = {"vlad__avx2", isa_feature::avx2, run<Avx2>};

}  // namespace bitplace
