// Aggregated residuals with AVX-512
#include "kernels/common/lanes_avx512.h"
#include "kernels/vlad/vlad_lanes.h"

namespace bitplace {

extern const VladKernel vlad__avx512 = {"vlad__avx512", isa_feature::avx512, run<Avx512>};

}  // namespace bitplace
