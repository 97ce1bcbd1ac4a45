#include "cuda/convolution_f32_f32/convolution_f32_f32.h"

#include "cuda/tiled/tiled_launch.h"

namespace bitplace::cuda {

int launch_convolution_f32_f32_threads(const void* call, void* stream) {
  return launch_tiled<Singles>(call, kSinglesForm, stream);
}

}  // namespace bitplace::cuda
