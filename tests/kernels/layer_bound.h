// How far the outputs of two rows may lie apart: integers not at all, floats within the bound that
// kernels/convolution_f32_f32/convolution_f32_f32.h states.
#pragma once

#include <string>
#include <vector>

#include "kernels/layer_case.h"

namespace bitplace::test {

// Where two outputs differ first, as text; empty where they are equal.
std::string difference(const std::vector<std::uint8_t>& expected, const std::vector<std::uint8_t>& actual);

// For each output the sum of |x * w| over its window.
std::vector<double> magnitudes(const LayerCase& c);

// The first result of a float table beyond the bound, as text; empty where there is none.
std::string beyond_bound(const LayerCase& c, const std::vector<double>& magnitude,
                         const std::vector<std::uint8_t>& expected, const std::vector<std::uint8_t>& actual);

}  // namespace bitplace::test
