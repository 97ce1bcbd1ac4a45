#include "cuda/convolution_f16_f16/convolution_f16_f16.h"

#include "cuda/tiled/tiled_rows.h"

namespace bitplace::cuda {
namespace {

constexpr DeviceConvolutionKernel kHalves8 = tiled_row<kHalvesForm>(
    {"convolution_f16_f16__halves8", 75, 79, BITPLACE_LAUNCH(launch_convolution_f16_f16_halves8),
     [](int) { return "HMMA.1688.F32"; }, "Halves8"});
constexpr DeviceConvolutionKernel kHalves16 = tiled_row<kHalvesForm>(
    {"convolution_f16_f16__halves16", 80, kAnyArchitecture,
     BITPLACE_LAUNCH(launch_convolution_f16_f16_halves16), [](int) { return "HMMA.16816.F32"; }, "Halves16"});

}  // namespace

KernelTable<DeviceConvolutionKernel> convolution_f16_f16_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {&kHalves8, &kHalves16};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace::cuda
