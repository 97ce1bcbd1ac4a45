#include "cuda/resize/resize.h"

namespace bitplace::cuda {

const DeviceKernel resize__pixels = {"resize__pixels", 75, kAnyArchitecture, BITPLACE_LAUNCH(launch_resize)};

}  // namespace bitplace::cuda
