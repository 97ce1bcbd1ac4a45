#include "cuda/convolution_s8_s4/convolution_s8_s4.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kNibblesForm, Nibbles16<false>, Nibbles16<true>> s8_s4_nibbles16_emulated(
    "convolution_s8_s4__nibbles16");
const EmulatedTiles<kNibblesForm, Nibbles32<false>, Nibbles32<true>> s8_s4_nibbles32_emulated(
    "convolution_s8_s4__nibbles32");
const EmulatedTiles<kWidenedForm, Bytes16<false>, Bytes16<true>> s8_s4_bytes16_emulated(
    "convolution_s8_s4__bytes16");
const EmulatedTiles<kWidenedForm, Bytes32<false>, Bytes32<true>> s8_s4_bytes32_emulated(
    "convolution_s8_s4__bytes32");

}  // namespace bitplace::cuda
