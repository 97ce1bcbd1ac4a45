// Activations with NEON, 4 elements per step (formulas: activation.h).
//
// FMAX would turn -0 into +0 and is replaced by FCMGT and BSL. Elementary functions repeat elementary.cpp
// operation by operation. Halves are converted by FCVTL and FCVTN. The last step repeats elements or goes
// through buffers: nothing behind them is touched. Never fused.
#include "kernels/activation/activation_lanes.h"
#include "kernels/common/lanes_neon.h"

namespace bitplace {

extern const ActivationKernel activation__neon = {
    "activation__neon", isa_feature::neon, run_activation<Neon, float>, run_activation<Neon, std::uint16_t>};

}  // namespace bitplace
