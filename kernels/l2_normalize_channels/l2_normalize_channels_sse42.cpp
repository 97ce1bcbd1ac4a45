// L2 normalisation of pixels with SSE4.2
#include "kernels/common/lanes_sse42.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels_lanes.h"

namespace bitplace {

extern const L2NormalizeChannelsKernel l2_normalize_channels__sse42 = {"l2_normalize_channels__sse42",
                                                                       isa_feature::sse42, run<Sse42>};

}  // namespace bitplace
