// Weights of few bits as the kernels that run them want them.
#pragma once

#include <vector>

#include "bitplace/tensor.h"

namespace bitplace {

// Rows of s4 (two to a byte, first in the low half) or s8 from rows of b1 (1 is -1), b2 (codes 0..3 are -3,
// -1, 1, 3: DoReFa's levels in thirds) or s4. `to` has at least as many bits as the tensor's own type.
std::vector<std::uint8_t> widen_weights(const Tensor& weights, DataType to);

// Rows of f32 or f16 from weights of few levels, s8 among them: level * scale[row], rounded once.
std::vector<std::uint8_t> widen_to_floats(const Tensor& weights, const float* scale, DataType to);

}  // namespace bitplace
