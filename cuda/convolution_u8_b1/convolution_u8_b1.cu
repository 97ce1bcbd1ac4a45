#include "cuda/convolution_u8_b1/convolution_u8_b1.h"

#include "cuda/direct/direct_convolution.h"
#include "cuda/tiled/tiled_bytes.h"
#include "cuda/tiled/tiled_launch.h"

namespace bitplace::cuda {

int launch_convolution_u8_b1_bytes16(const void* call, void* stream) {
  return launch_tiled_bytes16(tiled_parameters(*static_cast<const DeviceConvolutionCall*>(call), kPixelsForm),
                              stream);
}
int launch_convolution_u8_b1_bytes32(const void* call, void* stream) {
  return launch_tiled_bytes32(tiled_parameters(*static_cast<const DeviceConvolutionCall*>(call), kPixelsForm),
                              stream);
}
int launch_convolution_u8_b1_direct(const void* call, void* stream) {
  const DirectParameters p = direct_parameters(*static_cast<const DeviceConvolutionCall*>(call));
  return launch<DirectConvolution<DirectPixels>>(&p, stream);
}

}  // namespace bitplace::cuda
