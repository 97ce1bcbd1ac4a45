// Activations with AVX2, 8 elements per step (formulas: activation.h).
//
// MAXPS and MINPS return their second operand where one is NaN or both are 0, which is the contract's clamp.
// Elementary functions repeat elementary.cpp operation by operation. Halves are converted by F16C. The last
// elements go through buffers of one step: nothing behind them is touched. Never fused.
#include "kernels/activation/activation_lanes.h"
#include "kernels/common/lanes_avx2.h"

namespace bitplace {

extern const ActivationKernel activation__avx2 = {
    "activation__avx2", isa_feature::avx2, run_activation<Avx2, float>, run_activation<Avx2, std::uint16_t>};

}  // namespace bitplace
