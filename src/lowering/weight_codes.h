// Weights that are whole multiples of a step per filter, as training made them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace bitplace {

// The multiples of the steps that a convolution's parameter "weight_scale" states, filter by filter; empty
// where it has none, or one is beyond `largest`.
std::vector<std::int32_t> trained_codes(const Graph& graph, const Node& convolution, std::int32_t largest);

// Of b1, b2, s4 and s8 the smallest that holds them all.
DataType smallest_weight_type(const std::vector<std::int32_t>& codes);

Tensor pack_weight_codes(std::string name, DataType type, const Shape& shape,
                         const std::vector<std::int32_t>& codes);

// Inverts the rows' bits, which are weights of one bit each; unused bits at a row's end stay 0.
Tensor invert_rows(const Tensor& weight, const std::vector<bool>& rows);

}  // namespace bitplace
