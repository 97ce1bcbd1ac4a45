// Activations with AVX-512, 16 elements per step (formulas: activation.h).
//
// MAXPS and MINPS return their second operand where one is NaN or both are 0, which is the contract's clamp.
// Elementary functions repeat elementary.cpp operation by operation. Halves are converted by VCVTPH2PS and
// VCVTPS2PH. The last elements go through buffers of one step: nothing behind them is touched. Never fused.
#include "kernels/activation/activation_lanes.h"
#include "kernels/common/lanes_avx512.h"

namespace bitplace {

extern const ActivationKernel activation__avx512 = {"activation__avx512", isa_feature::avx512,
                                                    run_activation<Avx512, float>,
                                                    run_activation<Avx512, std::uint16_t>};

}  // namespace bitplace
