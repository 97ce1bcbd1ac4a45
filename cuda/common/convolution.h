// What every convolution kernel for the GPU is told, and what it offers: kernels/common/convolution.h for a
// batch of images, one behind another.
#pragma once

#include "cuda/common/launch.h"
#include "kernels/common/convolution.h"

namespace bitplace::cuda {

// The parameters of every convolution kernel's launch. Layouts are those of the CPU's arena, image by image.
// Pointers are aligned to 64 bytes; kTailPad readable bytes lie behind input and output.
struct DeviceConvolutionCall {
  ConvolutionProblem problem;
  std::int32_t batch;
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
