#include "cuda/convolution_f16_f16/convolution_f16_f16.h"

#include "cuda/tiled/tiled_launch.h"

namespace bitplace::cuda {

int launch_convolution_f16_f16_halves8(const void* call, void* stream) {
  return launch_tiled<Halves8>(call, kHalvesForm, stream);
}
int launch_convolution_f16_f16_halves16(const void* call, void* stream) {
  return launch_tiled<Halves16>(call, kHalvesForm, stream);
}

}  // namespace bitplace::cuda
