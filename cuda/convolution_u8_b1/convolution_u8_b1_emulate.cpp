#include "cuda/convolution_u8_b1/convolution_u8_b1.h"
#include "cuda/direct/direct_convolution.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kPixelsForm, Bytes16<false>, Bytes16<true>> u8_b1_bytes16_emulated(
    "convolution_u8_b1__bytes16");
const EmulatedTiles<kPixelsForm, Bytes32<false>, Bytes32<true>> u8_b1_bytes32_emulated(
    "convolution_u8_b1__bytes32");
const EmulatedKernel u8_b1_direct_emulated("convolution_u8_b1__direct", [](const void* call,
                                                                           ThreadOrder order) {
  const DirectParameters p = direct_parameters(*static_cast<const DeviceConvolutionCall*>(call));
  emulate<DirectConvolution<DirectPixels>>(&p, order);
});

}  // namespace bitplace::cuda
