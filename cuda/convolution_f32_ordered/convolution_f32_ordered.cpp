#include "cuda/convolution_f32_ordered/convolution_f32_ordered.h"

#include "cuda/convolution_f32_f32/convolution_f32_f32.h"
#include "cuda/tiled/tiled_rows.h"

namespace bitplace::cuda {
namespace {

constexpr DeviceConvolutionKernel kThreads = tiled_row<kSinglesForm>(
    {"convolution_f32_ordered__threads", 75, kAnyArchitecture,
     BITPLACE_LAUNCH(launch_convolution_f32_ordered_threads), [](int) { return "FMUL"; }, "OrderedFloats"});

}  // namespace

KernelTable<DeviceConvolutionKernel> convolution_f32_ordered_kernels() {
  static constexpr const DeviceConvolutionKernel* kRows[] = {&kThreads};
  return {kRows, sizeof(kRows) / sizeof(kRows[0])};
}

}  // namespace bitplace::cuda
