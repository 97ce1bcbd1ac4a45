// What every convolution kernel for the GPU is told, and what it offers: kernels/common/convolution.h for a
// batch of images, one behind another.
#pragma once

#include "cuda/common/launch.h"
#include "kernels/common/convolution.h"

namespace bitplace::cuda {

// The output's pixels, after pooling, are counted in 32 bits over the whole batch, those of the last tile's
// rows beyond it too.
inline constexpr std::int64_t kMostOutputPixels = (std::int64_t{1} << 31) - 1024;

// The parameters of every convolution kernel's launch. Layouts are those of the CPU's arena, image by image.
// Pointers are aligned to 64 bytes; kTailPad readable bytes lie behind input and output.
struct DeviceConvolutionCall {
  ConvolutionProblem problem;
  std::int32_t batch;  // at most kMostBatch; times the output's pixels at most kMostOutputPixels
  const void* packed;
  const void* input;
  void* output;
  void* scratch;
};

// A row of a table. Of a table's rows the first one that runs on the architecture and accepts the problem is
// taken. The packed form depends on the row alone, not on the architecture.
struct DeviceConvolutionKernel {
  DeviceKernel kernel;
  bool (*accepts)(const ConvolutionProblem&, int architecture);
  std::size_t (*packed_bytes)(const ConvolutionProblem&);
  void (*pack)(const ConvolutionProblem&, const ConvolutionConstants&,
               void* packed);  // on the host, into zeroed, 64-byte aligned memory
  std::size_t (*scratch_bytes)(const ConvolutionProblem&, std::int32_t batch);
};

}  // namespace bitplace::cuda
