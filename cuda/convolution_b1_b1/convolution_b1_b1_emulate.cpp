#include "cuda/convolution_b1_b1/convolution_b1_b1.h"
#include "cuda/tiled/tiled_emulate.h"

namespace bitplace::cuda {

const EmulatedTiles<kBitsForm, BitsXor128> xor128_emulated("convolution_b1_b1__xor128");
const EmulatedTiles<kBitsForm, BitsXor256> xor256_emulated("convolution_b1_b1__xor256");
const EmulatedTiles<kBitsForm, BitsAnd256> and256_emulated("convolution_b1_b1__and256");
const EmulatedTiles<kBitsForm, BitsAsBytes> bytes_emulated("convolution_b1_b1__bytes");
const EmulatedTiles<kBitsForm, BitsByThreads> threads_emulated("convolution_b1_b1__threads");

}  // namespace bitplace::cuda
