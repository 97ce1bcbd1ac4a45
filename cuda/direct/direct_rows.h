// Rows for what no other row of a table takes. Constants are packed as the CPU's reference packs them.
#pragma once

#include "cuda/common/convolution.h"
#include "kernels/common/reference_convolution.h"

namespace bitplace::cuda {

constexpr DeviceConvolutionKernel direct_row(const DeviceKernel& kernel) {
  return {kernel, [](const ConvolutionProblem&, int) { return true; }, reference::packed_bytes,
          reference::pack, [](const ConvolutionProblem&, std::int32_t) { return std::size_t{0}; }};
}

}  // namespace bitplace::cuda
