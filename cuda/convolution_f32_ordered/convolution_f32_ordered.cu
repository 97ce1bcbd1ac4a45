#include "cuda/convolution_f32_ordered/convolution_f32_ordered.h"

#include "cuda/convolution_f32_f32/convolution_f32_f32.h"
#include "cuda/tiled/tiled_launch.h"

namespace bitplace::cuda {

int launch_convolution_f32_ordered_threads(const void* call, void* stream) {
  return launch_tiled<OrderedFloats>(call, kSinglesForm, stream);
}

}  // namespace bitplace::cuda
