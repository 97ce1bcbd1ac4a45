// Aggregated residuals with NEON
#include "kernels/common/lanes_neon.h"
#include "kernels/vlad/vlad_lanes.h"

namespace bitplace {

extern const VladKernel vlad__neon = {"vlad__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
