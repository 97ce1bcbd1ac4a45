// Softmax with AVX-512
#include "kernels/common/lanes_avx512.h"
#include "kernels/softmax/softmax_lanes.h"

namespace bitplace {

extern const SoftmaxKernel softmax__avx512 = {"softmax__avx512", isa_feature::avx512, run<Avx512>};

}  // namespace bitplace
