#include "cuda/convolution_b1_b1/convolution_b1_b1.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kBitsForm, BitsXor128> b1_b1_xor128_emulated("convolution_b1_b1__xor128");
const EmulatedTiles<kBitsForm, BitsXor256> b1_b1_xor256_emulated("convolution_b1_b1__xor256");
const EmulatedTiles<kBitsForm, BitsAnd256> b1_b1_and256_emulated("convolution_b1_b1__and256");
const EmulatedTiles<kBitsForm, BitsAsBytes> b1_b1_bytes_emulated("convolution_b1_b1__bytes");
const EmulatedTiles<kBitsForm, BitsByThreads> b1_b1_threads_emulated("convolution_b1_b1__threads");

}  // namespace bitplace::cuda
