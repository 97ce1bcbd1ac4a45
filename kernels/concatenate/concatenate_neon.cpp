// Concatenation with NEON: 16 bytes at a time, first those of one map's pixel, then those of the other's.
// Nothing behind the last byte is touched.
#include "kernels/common/lanes_neon.h"
#include "kernels/concatenate/concatenate_lanes.h"

namespace bitplace {

extern const ConcatenateKernel concatenate__neon = {"concatenate__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
