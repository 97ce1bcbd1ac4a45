// The tables of depthwise convolutions on the GPU, by the names of the CPU's tables whose weights they take.
#pragma once

#include "cuda/common/convolution.h"

namespace bitplace::cuda {

KernelTable<DeviceConvolutionKernel> depthwise_s8_s8_kernels();
KernelTable<DeviceConvolutionKernel> depthwise_f16_f16_kernels();
KernelTable<DeviceConvolutionKernel> depthwise_f32_f32_kernels();

}  // namespace bitplace::cuda
