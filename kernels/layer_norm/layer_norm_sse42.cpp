// Layer normalisation with SSE4.2
#include "kernels/common/lanes_sse42.h"
#include "kernels/layer_norm/layer_norm_lanes.h"

namespace bitplace {

extern const LayerNormKernel layer_norm__sse42 = {"layer_norm__sse42", isa_feature::sse42, run<Sse42>};

}  // namespace bitplace
