// Softmax with AVX2
#include "kernels/common/lanes_avx2.h"
#include "kernels/softmax/softmax_lanes.h"

namespace bitplace {

extern const SoftmaxKernel softmax__avx2 = {"softmax__avx2", isa_feature::avx2, run<Avx2>};

}  // namespace bitplace
