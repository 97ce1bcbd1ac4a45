#include "cuda/convolution_f32_f32/convolution_f32_f32.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kSinglesForm, OrderedFloats> f32_ordered_threads_emulated(
    "convolution_f32_ordered__threads");

}  // namespace bitplace::cuda
