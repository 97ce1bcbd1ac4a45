#include "cuda/convolution_s8_s4/convolution_s8_s4.h"

#include "cuda/tiled/tiled_rows.h"

namespace bitplace::cuda {
namespace {

// With nibbles sums are 16 times as large.
constexpr std::int64_t kDeepest = INT32_MAX / (255 * 112);

bool accepts_nibbles(const ConvolutionProblem& p, int) {
  return accepts_tiled(p, kNibblesForm) && convolution_depth(p) <= kDeepest;
}

constexpr DeviceConvolutionKernel nibbles_row(const DeviceKernel& kernel) {
  DeviceConvolutionKernel row = tiled_row<kNibblesForm>(kernel);
  row.accepts = accepts_nibbles;
  return row;
}

constexpr DeviceConvolutionKernel kNibbles16 =
    nibbles_row({"convolution_s8_s4__nibbles16", 75, 79, BITPLACE_LAUNCH(launch_convolution_s8_s4_nibbles16),
                 [](int) { return "IMMA.8816"; }, "Nibbles16"});
constexpr DeviceConvolutionKernel kNibbles32 = nibbles_row(
    {"convolution_s8_s4__nibbles32", 80, kAnyArchitecture,
     BITPLACE_LAUNCH(launch_convolution_s8_s4_nibbles32), [](int) { return "IMMA.16832"; }, "Nibbles32"});
constexpr DeviceConvolutionKernel kBytes16 = tiled_row<kWidenedForm>(
    {"convolution_s8_s4__bytes16", 75, 79, BITPLACE_LAUNCH(launch_convolution_s8_s4_bytes16),
     [](int) { return "IMMA.8816"; }, "Bytes16"});
constexpr DeviceConvolutionKernel kBytes32 = tiled_row<kWidenedForm>(
    {"convolution_s8_s4__bytes32", 80, kAnyArchitecture, BITPLACE_LAUNCH(launch_convolution_s8_s4_bytes32),
     [](int) { return "IMMA.16832"; }, "Bytes32"});

}  // namespace

KernelTable<DeviceConvolutionKernel> convolution_s8_s4_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {&kNibbles16, &kNibbles32, &kBytes16, &kBytes32};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace::cuda
