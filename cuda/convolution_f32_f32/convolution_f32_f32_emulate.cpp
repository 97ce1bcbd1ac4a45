#include "cuda/convolution_f32_f32/convolution_f32_f32.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kSinglesForm, Singles> f32_f32_threads_emulated("convolution_f32_f32__threads");

}  // namespace bitplace::cuda
