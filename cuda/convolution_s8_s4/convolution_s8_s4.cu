#include "cuda/convolution_s8_s4/convolution_s8_s4.h"

#include "cuda/tiled/tiled_bytes.h"
#include "cuda/tiled/tiled_launch.h"

namespace bitplace::cuda {
namespace {

template <template <bool> class Kernel>
int launch_nibbles(const void* call, void* stream) {
  const TiledParameters p = tiled_parameters(*static_cast<const DeviceConvolutionCall*>(call), kNibblesForm);
  return p.unsigned_input ? launch_tiled<Kernel<true>>(p, stream) : launch_tiled<Kernel<false>>(p, stream);
}

}  // namespace

int launch_convolution_s8_s4_nibbles16(const void* call, void* stream) {
  return launch_nibbles<Nibbles16>(call, stream);
}
int launch_convolution_s8_s4_nibbles32(const void* call, void* stream) {
  return launch_nibbles<Nibbles32>(call, stream);
}
int launch_convolution_s8_s4_bytes16(const void* call, void* stream) {
  return launch_tiled_bytes16(
      tiled_parameters(*static_cast<const DeviceConvolutionCall*>(call), kWidenedForm), stream);
}
int launch_convolution_s8_s4_bytes32(const void* call, void* stream) {
  return launch_tiled_bytes32(
      tiled_parameters(*static_cast<const DeviceConvolutionCall*>(call), kWidenedForm), stream);
}

}  // namespace bitplace::cuda
