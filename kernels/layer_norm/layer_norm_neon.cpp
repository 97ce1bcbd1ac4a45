// Layer normalisation with NEON
#include "kernels/common/lanes_neon.h"
#include "kernels/layer_norm/layer_norm_lanes.h"

namespace bitplace {

extern const LayerNormKernel layer_norm__neon = {"layer_norm__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
