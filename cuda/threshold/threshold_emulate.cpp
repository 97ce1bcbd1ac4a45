#include "cuda/common/emulate.h"
#include "cuda/threshold/threshold.h"

namespace bitplace::cuda {

const EmulatedKernel threshold_s32_emulated("threshold_s32__ballot", emulate<ThresholdKernel<std::int32_t>>);
const EmulatedKernel threshold_f32_emulated("threshold_f32__ballot", emulate<ThresholdKernel<float>>);
const EmulatedKernel pack_bits_emulated("pack_bits__ballot", emulate<ThresholdKernel<float>>);

}  // namespace bitplace::cuda
