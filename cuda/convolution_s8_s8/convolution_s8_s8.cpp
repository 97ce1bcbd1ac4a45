#include "cuda/convolution_s8_s8/convolution_s8_s8.h"

#include "cuda/tiled/tiled_rows.h"

namespace bitplace::cuda {
namespace {

constexpr DeviceConvolutionKernel kBytes16 = tiled_row<kCodesForm>(
    {"convolution_s8_s8__bytes16", 75, 79, BITPLACE_LAUNCH(launch_convolution_s8_s8_bytes16),
     [](int) { return "IMMA.8816"; }, "Bytes16"});
constexpr DeviceConvolutionKernel kBytes32 = tiled_row<kCodesForm>(
    {"convolution_s8_s8__bytes32", 80, kAnyArchitecture, BITPLACE_LAUNCH(launch_convolution_s8_s8_bytes32),
     [](int) { return "IMMA.16832"; }, "Bytes32"});

}  // namespace

KernelTable<DeviceConvolutionKernel> convolution_s8_s8_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {&kBytes16, &kBytes32};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace::cuda
