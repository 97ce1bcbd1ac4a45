// Concatenation with NEON
#include "kernels/common/lanes_neon.h"
#include "kernels/concatenate/concatenate_lanes.h"

namespace bitplace {

extern const ConcatenateKernel concatenate__neon = {"concatenate__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
