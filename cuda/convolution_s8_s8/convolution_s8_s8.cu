#include "cuda/convolution_s8_s8/convolution_s8_s8.h"

#include "cuda/tiled/tiled_bytes.h"
#include "cuda/tiled/tiled_launch.h"

namespace bitplace::cuda {

int launch_convolution_s8_s8_bytes16(const void* call, void* stream) {
  return launch_tiled_bytes16(tiled_parameters(*static_cast<const DeviceConvolutionCall*>(call), kCodesForm),
                              stream);
}
int launch_convolution_s8_s8_bytes32(const void* call, void* stream) {
  return launch_tiled_bytes32(tiled_parameters(*static_cast<const DeviceConvolutionCall*>(call), kCodesForm),
                              stream);
}

}  // namespace bitplace::cuda
