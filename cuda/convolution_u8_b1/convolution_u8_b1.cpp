#include "cuda/convolution_u8_b1/convolution_u8_b1.h"

#include "cuda/direct/direct_rows.h"
#include "cuda/tiled/tiled_rows.h"

namespace bitplace::cuda {
namespace {

constexpr DeviceConvolutionKernel kBytes16 = tiled_row<kPixelsForm>(
    {"convolution_u8_b1__bytes16", 75, 79, BITPLACE_LAUNCH(launch_convolution_u8_b1_bytes16),
     [](int) { return "IMMA.8816.U8.S8"; }, "Bytes16ILb1E"});
constexpr DeviceConvolutionKernel kBytes32 = tiled_row<kPixelsForm>(
    {"convolution_u8_b1__bytes32", 80, kAnyArchitecture, BITPLACE_LAUNCH(launch_convolution_u8_b1_bytes32),
     [](int) { return "IMMA.16832.U8.S8"; }, "Bytes32ILb1E"});
constexpr DeviceConvolutionKernel kDirect =
    direct_row({"convolution_u8_b1__direct", 75, kAnyArchitecture,
                BITPLACE_LAUNCH(launch_convolution_u8_b1_direct), nullptr, "DirectPixels"});

}  // namespace

KernelTable<DeviceConvolutionKernel> convolution_u8_b1_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {&kBytes16, &kBytes32, &kDirect};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace::cuda
