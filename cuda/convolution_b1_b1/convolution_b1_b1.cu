#include "cuda/convolution_b1_b1/convolution_b1_b1.h"

#include "cuda/direct/direct_convolution.h"
#include "cuda/tiled/tiled_launch.h"

namespace bitplace::cuda {

int launch_convolution_b1_b1_xor128(const void* call, void* stream) {
  return launch_tiled<BitsXor128>(call, kBitsForm, stream);
}
int launch_convolution_b1_b1_xor256(const void* call, void* stream) {
  return launch_tiled<BitsXor256>(call, kBitsForm, stream);
}
int launch_convolution_b1_b1_and256(const void* call, void* stream) {
  return launch_tiled<BitsAnd256>(call, kBitsForm, stream);
}
int launch_convolution_b1_b1_bytes(const void* call, void* stream) {
  return launch_tiled<BitsAsBytes>(call, kBitsForm, stream);
}
int launch_convolution_b1_b1_threads(const void* call, void* stream) {
  return launch_tiled<BitsByThreads>(call, kBitsForm, stream);
}
int launch_convolution_b1_b1_direct(const void* call, void* stream) {
  const DirectParameters p = direct_parameters(*static_cast<const DeviceConvolutionCall*>(call));
  return launch<DirectConvolution<DirectBits>>(&p, stream);
}

}  // namespace bitplace::cuda
