#include "cuda/convolution_b1_b1/convolution_b1_b1.h"
#include "cuda/direct/direct_convolution.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kBitsForm, BitsXor128> b1_b1_xor128_emulated("convolution_b1_b1__xor128");
const EmulatedTiles<kBitsForm, BitsXor256> b1_b1_xor256_emulated("convolution_b1_b1__xor256");
const EmulatedTiles<kBitsForm, BitsAnd256> b1_b1_and256_emulated("convolution_b1_b1__and256");
const EmulatedTiles<kBitsForm, BitsAsBytes> b1_b1_bytes_emulated("convolution_b1_b1__bytes");
const EmulatedTiles<kBitsForm, BitsByThreads> b1_b1_threads_emulated("convolution_b1_b1__threads");
const EmulatedKernel b1_b1_direct_emulated("convolution_b1_b1__direct", [](const void* call,
                                                                           ThreadOrder order) {
  const DirectParameters p = direct_parameters(*static_cast<const DeviceConvolutionCall*>(call));
  emulate<DirectConvolution<DirectBits>>(&p, order);
});

}  // namespace bitplace::cuda
