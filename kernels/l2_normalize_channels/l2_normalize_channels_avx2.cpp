// L2 normalisation of pixels with AVX2
#include "kernels/common/lanes_avx2.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels_lanes.h"

namespace bitplace {

extern const L2NormalizeChannelsKernel l2_normalize_channels__avx2 = {"l2_normalize_channels__avx2",
                                                                      isa_feature::avx2, run<Avx2>};

}  // namespace bitplace
