// Aggregated residuals with NEON: 4 x 16 clusters x dimensions in registers, over blocks of 64 pixels.
//
//   v[k][d] = sum of a[k] * x[d] - (sum of a[k]) * center[k][d], then divided by its length over d
//
// Registers: 16 sums, 4 vectors of features, one share and one product. Sums go on from block to block in the
// residuals' memory, so that their order stays that of the pixels. Features and centers are read in whole
// vectors (an arena tensor's tail allows it). Multiplied and added, never fused.
#include "kernels/common/lanes_neon.h"
#include "kernels/vlad/vlad_lanes.h"

namespace bitplace {

extern const VladKernel vlad__neon = {"vlad__neon", isa_feature::neon, run<Neon>};

}  // namespace bitplace
