// Softmax with NEON
#include "kernels/common/lanes_neon.h"
#include "kernels/softmax/softmax_lanes.h"

namespace bitplace {

extern const SoftmaxKernel softmax__neon = {"softmax__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
