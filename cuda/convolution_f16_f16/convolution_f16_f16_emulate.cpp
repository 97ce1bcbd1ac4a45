#include "cuda/convolution_f16_f16/convolution_f16_f16.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kHalvesForm, Halves8> f16_f16_halves8_emulated("convolution_f16_f16__halves8");
const EmulatedTiles<kHalvesForm, Halves16> f16_f16_halves16_emulated("convolution_f16_f16__halves16");

}  // namespace bitplace::cuda
