// L2 normalisation of pixels with NEON
#include "kernels/common/lanes_neon.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels_lanes.h"

namespace bitplace {

extern const L2NormalizeChannelsKernel l2_normalize_channels__neon = {"l2_normalize_channels__neon",
                                                                      isa_feature::neon, run<Neon>};

}  // namespace bitplace
