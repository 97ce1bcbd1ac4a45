// Concatenation with SSE4.2
#include "kernels/common/lanes_sse42.h"
#include "kernels/concatenate/concatenate_lanes.h"

namespace bitplace {

extern const ConcatenateKernel concatenate__sse42 = {"concatenate__sse42", isa_feature::sse42, run<Sse42>};

}  // namespace bitplace
