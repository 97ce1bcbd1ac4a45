// Concatenation with AVX2
#include "kernels/common/lanes_avx2.h"
#include "kernels/concatenate/concatenate_lanes.h"

namespace bitplace {

extern const ConcatenateKernel concatenate__avx2 = {"concatenate__avx2", isa_feature::avx2, run<Avx2>};

}  // namespace bitplace
