// The constants of a depthwise convolution as the GPU's kernels read them: depthwise.h says how they lie.
#pragma once

#include "kernels/common/convolution.h"

namespace bitplace::cuda {

std::size_t depthwise_packed_bytes(const ConvolutionProblem& problem, std::size_t weight_bytes);

// Canonical weights of elements of `weight_bytes`.
void pack_depthwise(const ConvolutionProblem& problem, std::size_t weight_bytes,
                    const ConvolutionConstants& constants, void* packed);

}  // namespace bitplace::cuda
