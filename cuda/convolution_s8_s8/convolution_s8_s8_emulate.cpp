#include "cuda/convolution_s8_s8/convolution_s8_s8.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kCodesForm, Bytes16<false>, Bytes16<true>> s8_s8_bytes16_emulated(
    "convolution_s8_s8__bytes16");
const EmulatedTiles<kCodesForm, Bytes32<false>, Bytes32<true>> s8_s8_bytes32_emulated(
    "convolution_s8_s8__bytes32");

}  // namespace bitplace::cuda
