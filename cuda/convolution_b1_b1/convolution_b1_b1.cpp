#include "cuda/convolution_b1_b1/convolution_b1_b1.h"

#include "cuda/direct/direct_rows.h"
#include "cuda/tiled/tiled_rows.h"

namespace bitplace::cuda {
namespace {

constexpr DeviceConvolutionKernel kXor128 = tiled_row<kBitsForm>(
    {"convolution_b1_b1__xor128", 75, 79, BITPLACE_LAUNCH(launch_convolution_b1_b1_xor128),
     [](int) { return "BMMA.88128.XOR.POPC"; }, "BitsXor128"});
constexpr DeviceConvolutionKernel kXor256 = tiled_row<kBitsForm>(
    {"convolution_b1_b1__xor256", 80, 89, BITPLACE_LAUNCH(launch_convolution_b1_b1_xor256),
     [](int) { return "BMMA.168256.XOR.POPC"; }, "BitsXor256"});
constexpr DeviceConvolutionKernel kAnd256 = tiled_row<kBitsForm>(
    {"convolution_b1_b1__and256", 80, 90, BITPLACE_LAUNCH(launch_convolution_b1_b1_and256),
     [](int) { return "BMMA.168256.AND.POPC"; }, "BitsAnd256"});
constexpr DeviceConvolutionKernel kBytes = tiled_row<kBitsForm>(
    {"convolution_b1_b1__bytes", 80, kAnyArchitecture, BITPLACE_LAUNCH(launch_convolution_b1_b1_bytes),
     [](int) { return "IMMA.16832.U8.S8"; }, "BitsAsBytes"});
constexpr DeviceConvolutionKernel kThreads = tiled_row<kBitsForm>(
    {"convolution_b1_b1__threads", 75, kAnyArchitecture, BITPLACE_LAUNCH(launch_convolution_b1_b1_threads),
     [](int) { return "POPC"; }, "BitsByThreads"});
constexpr DeviceConvolutionKernel kDirect =
    direct_row({"convolution_b1_b1__direct", 75, kAnyArchitecture,
                BITPLACE_LAUNCH(launch_convolution_b1_b1_direct), nullptr, "DirectBits"});

}  // namespace

KernelTable<DeviceConvolutionKernel> convolution_b1_b1_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {&kXor128, &kXor256,  &kAnd256,
                                                             &kBytes,  &kThreads, &kDirect};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace::cuda
