#include "cuda/threshold/threshold.h"

namespace bitplace::cuda {

const DeviceKernel threshold_s32__ballot = {"threshold_s32__ballot", 75, kAnyArchitecture,
                                            BITPLACE_LAUNCH(launch_threshold_s32)};
const DeviceKernel threshold_f32__ballot = {"threshold_f32__ballot", 75, kAnyArchitecture,
                                            BITPLACE_LAUNCH(launch_threshold_f32)};
const DeviceKernel pack_bits__ballot = {"pack_bits__ballot", 75, kAnyArchitecture,
                                        BITPLACE_LAUNCH(launch_threshold_f32)};

}  // namespace bitplace::cuda
