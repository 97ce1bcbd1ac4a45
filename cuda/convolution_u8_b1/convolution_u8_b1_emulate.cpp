#include "cuda/convolution_u8_b1/convolution_u8_b1.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kPixelsForm, Bytes16<false>, Bytes16<true>> u8_b1_bytes16_emulated(
    "convolution_u8_b1__bytes16");
const EmulatedTiles<kPixelsForm, Bytes32<false>, Bytes32<true>> u8_b1_bytes32_emulated(
    "convolution_u8_b1__bytes32");

}  // namespace bitplace::cuda
