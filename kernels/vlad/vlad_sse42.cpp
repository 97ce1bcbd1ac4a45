// Aggregated residuals with SSE4.2
#include "kernels/common/lanes_sse42.h"
#include "kernels/vlad/vlad_lanes.h"

namespace bitplace {

extern const VladKernel vlad__sse42 = {"vlad__sse42", isa_feature::sse42, run<Sse42>};

}  // namespace bitplace
