// L2 normalisation of pixels with AVX-512
#include "kernels/common/lanes_avx512.h"
#include "kernels/l2_normalize_channels/l2_normalize_channels_lanes.h"

namespace bitplace {

extern const L2NormalizeChannelsKernel l2_normalize_channels__avx512 = {"l2_normalize_channels__avx512",
                                                                        isa_feature::avx512, run<Avx512>};

}  // namespace bitplace
